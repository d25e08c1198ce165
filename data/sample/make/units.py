"""The units of the sample district: 17 townships, 8 alliances, 200 villages, 12 departments, all invented."""

from .draws import Draws

Row = list[object]

# code, Chinese name, English name, kind, other spellings (the last of T09 and S03 are old names)
TOWNSHIPS = [
    ("T01", "清禾镇", "Qinghe Town", "town", "清禾镇人民政府|清禾镇党委|清禾"),
    ("T02", "白芦镇", "Bailu Town", "town", "白芦镇人民政府|白芦镇党委|白芦"),
    ("T03", "南桑镇", "Nansang Town", "town", "南桑镇人民政府|南桑镇党委|南桑"),
    ("T04", "柳湾镇", "Liuwan Town", "town", "柳湾镇人民政府|柳湾镇党委|柳湾"),
    ("T05", "松岭镇", "Songling Town", "town", "松岭镇人民政府|松岭镇党委|松岭"),
    ("T06", "鹿塘镇", "Lutang Town", "town", "鹿塘镇人民政府|鹿塘镇党委|鹿塘"),
    ("T07", "枫垭镇", "Fengya Town", "town", "枫垭镇人民政府|枫垭镇党委|枫垭"),
    ("T08", "云桥镇", "Yunqiao Town", "town", "云桥镇人民政府|云桥镇党委|云桥"),
    ("T09", "石槐镇", "Shihuai Town", "town", "石槐镇人民政府|石槐镇党委|石槐|石槐乡"),
    ("T10", "竹汀乡", "Zhuting Township", "township", "竹汀乡人民政府|竹汀乡党委|竹汀"),
    ("T11", "麦坪乡", "Maiping Township", "township", "麦坪乡人民政府|麦坪乡党委|麦坪"),
    ("S01", "鸣泉街道", "Mingquan Street", "street", "鸣泉街道办事处|鸣泉街道党工委|鸣泉"),
    ("S02", "棠梨街道", "Tangli Street", "street", "棠梨街道办事处|棠梨街道党工委|棠梨"),
    ("S03", "澄湖街道", "Chenghu Street", "street", "澄湖街道办事处|澄湖街道党工委|澄湖|澄湖镇"),
    ("Z01", "禾谷产业园", "Hegu Zone", "zone", "禾谷产业园管委会|禾谷产业园党工委|禾谷园"),
    ("Z02", "桐湾物流园", "Tongwan Zone", "zone", "桐湾物流园管委会|桐湾物流园党工委|桐湾园"),
    ("O01", "云栈管理处", "Yunzhan Office", "office", "云栈管理处党工委|云栈"),
]
TOWNSHIP_CODES = [row[0] for row in TOWNSHIPS]

ALLIANCES = [
    ("C01", "稻米加工", "Rice-processing"),
    ("C02", "现代物流", "Modern-logistics"),
    ("C03", "电子信息", "Electronics"),
    ("C04", "家具制造", "Furniture"),
    ("C05", "中药材", "Herbal-medicine"),
    ("C06", "汽车零部件", "Auto-parts"),
    ("C07", "新型建材", "Building-materials"),
    ("C08", "针织服装", "Knitwear"),
]

DEPARTMENTS = [
    ("D01", "农业农村局", "Agriculture Bureau"),
    ("D02", "商务局", "Commerce Bureau"),
    ("D03", "工业和信息化局", "Industry Bureau"),
    ("D04", "林业局", "Forestry Bureau"),
    ("D05", "卫生健康委员会", "Health Commission"),
    ("D06", "发展和改革委员会", "Development Commission"),
    ("D07", "住房和城乡建设局", "Housing Bureau"),
    ("D08", "科技局", "Science Bureau"),
    ("D09", "人力资源和社会保障局", "Labor Bureau"),
    ("D10", "市场监督管理局", "Market Bureau"),
    ("D11", "民政局", "Civil Affairs Bureau"),
    ("D12", "教育局", "Education Bureau"),
]
DEPARTMENT_CODES = [row[0] for row in DEPARTMENTS]

VILLAGES = {
    "T01": 17, "T02": 14, "T03": 12, "T04": 13, "T05": 16, "T06": 11, "T07": 18, "T08": 20,
    "T09": 16, "T10": 9, "T11": 10, "S01": 8, "S02": 9, "S03": 11, "Z01": 6, "Z02": 4, "O01": 6,
}  # fmt: skip
KEY_VILLAGES = {"T03": 2, "T04": 1, "T06": 2, "T07": 3, "T09": 1, "T10": 3, "T11": 3, "O01": 1}

_FIRST = (
    "桃tao 杏xing 槐huai 枣zao 榆yu 柏bai 杉shan 樟zhang 桐tong 荷he 莲lian 菱ling 麦mai 稻dao "
    "谷gu 桑sang 茶cha 橘ju 兰lan 葛ge 蒲pu 苇wei 鹭lu 雁yan 鹊que 青qing 黄huang 丹dan 云yun "
    "霞xia 月yue 石shi 沙sha 泉quan 井jing 南nan 北bei 东dong 上shang 中zhong"
)
_SECOND = (
    "坪ping 湾wan 塘tang 桥qiao 溪xi 坡po 冲chong 畈fan 洲zhou 渡du 港gang 墩dun 洼wa 堰yan "
    "林lin 园yuan 田tian 滩tan 浦pu 坞wu 台tai 庄zhuang"
)


def group_of(code: str) -> str:
    """Return the group within which a township-level unit is compared."""
    return "towns" if code.startswith("T") else "streets_zones_offices"


def village_names(count: int) -> list[tuple[str, str]]:
    """Return different names (Chinese, English), none of them that of a township."""
    taken = {name[:2] for _, name, *_ in TOWNSHIPS}
    pairs = [
        (a[0] + b[0], a[1:] + b[1:])
        for a in _FIRST.split()
        for b in _SECOND.split()
        if a[1:] != b[1:]
    ]
    names, spelled = [], set()
    for hanzi, pinyin in Draws(1).sample(pairs, len(pairs)):
        if hanzi not in taken and pinyin not in spelled:
            spelled.add(pinyin)
            names.append((f"{hanzi}村", f"{pinyin.capitalize()} Village"))
    return names[:count]


def units() -> list[Row]:
    """Return the rows of units.csv: townships, alliances, villages, departments."""
    rows: list[Row] = [
        ["code", "name_zh", "name_en", "level", "kind", "group", "parent", "aliases"]
    ]
    for code, zh, en, kind, aliases in TOWNSHIPS:
        rows.append([code, zh, en, "township", kind, group_of(code), "", aliases])
    for code, zh, en in ALLIANCES:
        names = [f"{zh}产业链党建联盟", f"{en} chain alliance"]
        aliases = f"{zh}产业链|{zh}联盟"
        rows.append([code, *names, "alliance", "alliance", "alliances", "", aliases])
    names_left = iter(village_names(sum(VILLAGES.values())))
    for parent, count in VILLAGES.items():
        for number in range(1, count + 1):
            kind = "key_village" if number <= KEY_VILLAGES.get(parent, 0) else "village"
            code = f"{parent}-V{number:02d}"
            rows.append([code, *next(names_left), "village", kind, "villages", parent, ""])
    for code, zh, en in DEPARTMENTS:
        rows.append([code, f"区{zh}", en, "department", "bureau", "bureaus", "", zh])
    return rows


def villages_of(unit: str) -> list[str]:
    """Return the codes of a unit's villages."""
    return [f"{unit}-V{number:02d}" for number in range(1, VILLAGES[unit] + 1)]


def key_villages() -> list[str]:
    """Return the codes of the key villages."""
    return [f"{unit}-V{n:02d}" for unit, count in KEY_VILLAGES.items() for n in range(1, count + 1)]
