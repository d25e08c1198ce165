"""What the judges' formulas promise: textbook agreement, trimmed means, absent judges as decided."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from seedmetrics.formulas.scoring import judge_agreement, judge_scores

NAN = float("nan")

# Shrout and Fleiss (1979), table 2: six targets by four judges; table 4 prints ICC(2,1) = .29.
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)


def anova_icc(x: np.ndarray) -> float:
    """Return ICC(2,1) from sums of squares, by the totals of rows and columns."""
    n, k = x.shape
    correction = x.sum() ** 2 / (n * k)
    rows = (x.sum(axis=1) ** 2).sum() / k - correction
    columns = (x.sum(axis=0) ** 2).sum() / n - correction
    rest = (x**2).sum() - correction - rows - columns
    msr, msc, mse = rows / (n - 1), columns / (k - 1), rest / ((n - 1) * (k - 1))
    return (msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n)


@pytest.mark.source("shrout1979intraclass")
def test_icc_matches_shrout_fleiss_1979():
    icc = judge_agreement(SHROUT_FLEISS).icc
    assert icc == pytest.approx(0.29, abs=0.005)
    assert icc == pytest.approx(anova_icc(SHROUT_FLEISS), rel=1e-12)


def test_kendall_w_of_a_case_worked_by_hand():
    # Three judges rank four: rank sums 4, 6, 8, 12 around 7.5, S = 35, W = 12 * 35 / (9 * 60).
    marks = -np.array([[1, 1, 2], [2, 3, 1], [3, 2, 3], [4, 4, 4]], float)
    assert judge_agreement(marks).kendall_w == pytest.approx(12 * 35 / 540, rel=1e-12)


def test_kendall_w_with_ties_of_a_case_worked_by_hand():
    # Ranks (1.5, 1.5, 3) and (1, 2, 3): sums 2.5, 3.5, 6 around 4, S = 6.5.
    # One pair tied: W = 12 * 6.5 / (4 * 24 - 2 * 6) = 78 / 84.
    assert judge_agreement([[1, 1], [1, 2], [3, 3]]).kendall_w == pytest.approx(78 / 84, rel=1e-12)


MARKS = arrays.arrays(
    float, st.tuples(st.integers(3, 8), st.integers(3, 6)), elements=st.integers(60, 70).map(float)
)


@given(marks=MARKS)
def test_kendall_w_is_friedmans_chi_square_rescaled(marks):
    n, m = marks.shape
    if all(len(np.unique(column)) == 1 for column in marks.T):
        assert np.isnan(judge_agreement(marks).kendall_w)
        return
    chi2 = stats.friedmanchisquare(*marks).statistic
    assert judge_agreement(marks).kendall_w == pytest.approx(chi2 / (m * (n - 1)), abs=1e-9)


@given(marks=MARKS)
def test_icc_is_that_of_the_analysis_of_variance(marks):
    if marks.min() == marks.max():
        assert np.isnan(judge_agreement(marks).icc)
    else:
        assert judge_agreement(marks).icc == pytest.approx(anova_icc(marks), abs=1e-6)


@given(marks=MARKS)
def test_severity_of_complete_marks_is_grand_mean_less_the_judges(marks):
    assert_allclose(judge_agreement(marks).severity, marks.mean() - marks.mean(axis=0), atol=1e-9)


def test_severity_sees_through_who_was_judged():
    # Judge 2 is 10 marks severe, and sat only for the two best contestants.
    quality = np.array([60.0, 70.0, 80.0, 100.0])
    marks = quality[:, None] - np.array([0.0, 3.0, 10.0])
    marks[:2, 2] = NAN
    severity = judge_agreement(marks).severity
    assert_allclose(severity, np.array([0, 3, 10]) - 13 / 3, atol=1e-9)
    assert np.nanmean(marks, axis=0)[2] > np.nanmean(marks, axis=0)[0]


@given(marks=MARKS, data=st.data())
def test_severity_agrees_with_dummy_regression(marks, data):
    holes = data.draw(arrays.arrays(bool, marks.shape))
    # The first contestant and the first judge are complete, so all can be compared.
    holes[0], holes[:, 0] = False, False
    x = np.where(holes, NAN, marks)
    i, j = np.nonzero(~holes)
    n, m = x.shape
    design = np.zeros((len(i), n + m))
    design[np.arange(len(i)), i] = 1
    design[np.arange(len(i)), n + j] = 1
    effects = np.linalg.lstsq(design, x[i, j], rcond=None)[0][n:]
    severity = judge_agreement(x).severity
    assert_allclose(severity, effects.mean() - effects, atol=1e-7)
    assert severity.mean() == pytest.approx(0, abs=1e-9)


def test_w_and_icc_are_of_contestants_marked_by_every_judge():
    marks = np.vstack([SHROUT_FLEISS, [9, NAN, 9, 9]])
    result = judge_agreement(marks)
    assert (result.contestants, result.judges) == (6, 4)
    assert result.icc == judge_agreement(SHROUT_FLEISS).icc
    assert not np.isnan(result.severity).any()


def test_a_judge_without_a_mark_is_no_judge():
    marks = np.column_stack([SHROUT_FLEISS, np.full(6, NAN)])
    result = judge_agreement(marks)
    assert result.judges == 4
    assert result.kendall_w == judge_agreement(SHROUT_FLEISS).kendall_w
    assert np.isnan(result.severity).tolist() == [False] * 4 + [True]


def test_judges_who_share_no_contestant_cannot_be_compared():
    marks = [[80.0, 70.0, NAN, NAN], [85.0, 75.0, NAN, NAN], [NAN, NAN, 90.0, 60.0]]
    result = judge_agreement(marks)
    assert np.isnan(result.severity).all()
    assert np.isnan(result.icc)


def test_too_little_gives_nan_not_nought():
    for marks in ([[80.0, 81.0]], [[80.0], [81.0]], np.full((3, 2), NAN), np.empty((0, 2))):
        result = judge_agreement(marks)
        assert np.isnan([result.kendall_w, result.icc]).all()
    assert_allclose(judge_agreement([[80.0], [81.0]]).severity, [0])


def test_nothing_to_agree_on_gives_nan():
    same = judge_agreement(np.full((4, 3), 0.1))
    assert np.isnan([same.kendall_w, same.icc]).all()
    assert np.isnan(judge_agreement([[1.1, 2.3], [2.3, 1.1]]).icc)


def test_trimmed_means_drop_one_at_each_end():
    result = judge_scores([[90, 85, 70, 88, 99], [80, 80, 80, 95, 95]])
    assert_allclose(result.score, [263 / 3, 85])
    assert_array_equal(result.used, [3, 3])
    assert_array_equal(
        result.dropped, [[False, False, True, False, True], [True, False, False, False, True]]
    )


def test_an_absent_judge_is_not_among_the_dropped():
    result = judge_scores([[NAN, 60.0, 70.0, NAN, 95.0]])
    assert_allclose(result.score, [70])
    assert_array_equal(result.dropped, [[False, True, False, False, True]])
    assert_array_equal(result.used, [1])


@given(marks=MARKS, trim=st.integers(0, 1), data=st.data())
def test_scores_are_scipys_and_do_not_depend_on_the_judges_order(marks, trim, data):
    order = data.draw(st.permutations(range(marks.shape[1])))
    result = judge_scores(marks, trim=trim)
    assert_allclose(result.score, stats.trim_mean(marks, trim / marks.shape[1] + 1e-9, axis=1))
    assert_array_equal(judge_scores(marks[:, order], trim=trim).score, result.score)
    kept = np.where(result.dropped, 0, marks).sum(axis=1) / result.used
    assert_allclose(kept, result.score)


def test_too_few_marks_are_refused_by_contestant():
    marks = [[80.0, 81.0, 82.0], [80.0, NAN, 82.0]]
    with pytest.raises(
        ValueError,
        match=r"at least 3 marks a contestant.*1 of 2 contestants have fewer, first contestant 1 with 2",
    ):
        judge_scores(marks)
    assert_allclose(judge_scores(marks, trim=0).score, [81, 81])


@pytest.mark.parametrize("trim", [-1, 0.5, True])
def test_a_trim_that_is_no_number_of_marks_is_refused(trim):
    with pytest.raises(ValueError, match="`trim` must be a whole number"):
        judge_scores([[1.0, 2.0, 3.0]], trim=trim)


def test_marks_must_be_a_table():
    for formula in (judge_scores, judge_agreement):
        with pytest.raises(
            ValueError, match=r"`marks` must have the shape \(contestants, judges\)"
        ):
            formula([1.0, 2.0, 3.0])
