"""Records of meetings, visits, contests and chains that are small enough to count by hand."""

from pathlib import Path

from seedmetrics.indicators import measure
from seedmetrics.records import District, Period, open_district
from tests.districts import UNITS, write_district

Q3 = Period.parse("2025Q3")
TABLES = {
    "branches": """\
branch,unit,has_committee,has_groups,founded,dissolved
B1,T1,yes,no,,
B2,T1,no,no,2025-08-10,
B3,T2,no,no,,2025-06-30
""",
    "meetings": """\
branch,kind,month,date,first_item
B1,member_meeting,2025-07,2025-07-05,yes
B1,member_meeting,2025-08,2025-08-05,yes
B1,committee_meeting,2025-07,2025-07-05,yes
B1,committee_meeting,2025-07,2025-07-25,no
B1,committee_meeting,2025-09,2025-10-02,
B1,theme_day,2025-08,2025-08-10,yes
B2,theme_day,2025-09,2025-09-10,yes
""",
    "life_checks": """\
unit,kind,due,done
T1,monthly_check,2025-07-31,2025-08-02
T1,monthly_check,2025-08-31,
T1,monthly_check,2025-10-31,
""",
    "enterprises": """\
enterprise,unit,group,size_class
E1,T1,G01,small
E2,T1,G02,small
E3,T1,G01,micro
E4,T2,G01,micro
""",
    "visits": """\
group,enterprise,date
G01,E1,2025-07-05
G01,E1,2025-08-05
G01,E3,2025-03-05
G01,E4,2024-12-31
""",
    "rounds": """\
round,level,period,date
2025Q3,township,2025Q3,2025-10-10
""",
    "marks": """\
round,unit,component,judge,judge_group,mark
2025Q3,T1,site_tour,J1,leaders,90
2025Q3,T1,site_tour,J2,leaders,80
2025Q3,T1,site_tour,J3,leaders,94
2025Q3,T1,site_tour,J4,peers,70
2025Q3,T2,site_tour,J1,leaders,80
2025Q3,T2,site_tour,J2,leaders,70
2025Q3,T2,site_tour,J3,leaders,84
2025Q3,T2,site_tour,J4,peers,60
""",
    "chains": """\
chain,unit,lead_department,leading_enterprise,secretary_from,secretary_to
K1,A1,Bureau,E1,2025-01-01,2025-03-31
K2,A2,Bureau,E4,2024-01-01,
""",
    "chain_enterprises": """\
chain,enterprise,entered,left,form,members
K1,E1,2024-01-01,,single,5
K1,E2,2024-01-01,,joint,1
K1,E3,2024-01-01,2025-06-30,none,0
K1,E4,2024-01-01,,none,0
""",
    "instructors": """\
chain,person,from,to
K1,P1,2025-01-01,2025-01-31
K1,P2,2025-01-15,2025-02-28
""",
    "chain_meetings": """\
chain,date,kind,minuted,problems_raised
K1,2025-02-05,joint_meeting,yes,2
K1,2025-03-05,joint_meeting,yes,1
K1,2025-05-05,joint_meeting,no,1
K1,2025-05-06,activity,,0
K1,2025-06-06,training,,0
""",
    "chain_marks": """\
unit,kind,month,mark,given
A1,routine,2025-01,80,
A1,routine,2025-02,90,
A1,routine,2025-03,85,
A1,field_study,2025-06,90,
A1,field_study,2025-11,70,
A1,report,2025-12,80,yes
A2,report,2025-12,,no
""",
}
FREQUENCIES = {
    "member_meeting": "quarter",
    "committee_meeting": "month",
    "group_meeting": "month",
    "theme_day": "month",
}
PANEL = {"components": {"site_tour": 1.0}, "judge_groups": {"leaders": 0.75, "peers": 0.25}}


def opened(folder: Path, tables=TABLES, *, as_of="2026-01-15", units=UNITS) -> District:
    """Open a district with these records."""
    found = open_district(write_district(folder, tables, as_of=as_of, units=units))
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def counts(district, name, period=Q3, level="township", unit="T1", **options):
    """Return numerator and denominator of one unit."""
    row = measure(district, name, period, level=level, options=options).loc[unit]
    return tuple(row[["numerator", "denominator"]])
