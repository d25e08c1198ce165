"""Names of persons, told from pseudonymous codes by their form: surname and given name, or words of letters."""

import re
from typing import Final

import numpy as np
import numpy.typing as npt

from seedmetrics.records.mending import clean
from seedmetrics.records.problems import Texts


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The commonest surnames, also in traditional characters; those that are everyday words are left out.
_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎闫余潘杜"
    "戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟"
    "安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦柳邢岳齐沿梅莫庄辛祝左涂谷祁舒耿牟卜詹苗凌费纪靳盛童欧甄项曲游阳裴席卫"
    "查屈鲍覃霍翁隋植甘景薄包司柏宁柯阮桂闵解柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫苟褚廉简娄盖符奚穆燕郎邸"
    "冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝巩稽井练仲乐虞卞封竺冼官楚佟栗匡宗应巫鞠桑荆谌银扬伏岑习胥蔺"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮許鄧蕭傅蘇盧蔣賈葉閻餘鍾譚陸萬錢湯龍賴龔龐蘭顏嚴溫蘆魯韋畢聶叢齊莊費紀項歐衛"
)
_DOUBLE_SURNAMES: Final = _words(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 夏侯 诸葛 尉迟 公羊 赫连 皇甫 宗政 濮阳 公孙 慕容 司徒 司空 令狐 钟离 "
    "宇文 长孙 鲜于 闾丘 呼延 百里 东郭 轩辕 纳兰 歐陽 司馬 諸葛 東方"
)
# Posts and groups that begin with a surname all the same.
_POSTS: Final = _words(
    "常委 常务 纪委 纪委书记 纪检 纪检委员 文书 文员 包村干部 安保 官员 任职 连任"
)
_PLACE: Final = re.compile("(?:村|镇|乡|区|县|市|街道|组|屯|庄|寨)$")
# Words that stand before a letter or a numeral in codes of one's own, or for nobody.
_ROLES: Final = _words(
    "judge person member leader cadre secretary instructor code seed expert representative no not "
    "none vacant post unknown to unit village team group"
)
_HANZI: Final = "[\u3400-\u9fff\U00020000-\U0002ffff]"
_HANZI_RUN: Final = re.compile(f"{_HANZI}+")
_FEW_HANZI: Final = re.compile(f"{_HANZI}{{2,4}}")
_MASKED: Final = re.compile(f"({_HANZI})(?:[某×*○〇]|[xX]{{1,2}}){{1,2}}{_HANZI}?")
_DOTTED: Final = re.compile(f"{_HANZI}{{2,8}}(?:·{_HANZI}{{2,8}})+")
_DOTS: Final = re.compile("[•・‧∙.]")
_BRACKETS: Final = re.compile(r"\([^()]*\)$")
_LETTERS: Final = re.compile(
    r"[^\W\d_]+\.?(?:['’-][^\W\d_]+)*(?:,? [^\W\d_]+\.?(?:['’-][^\W\d_]+)*){1,3}"
)

# Above this share of the words that have the form of a name, the column holds names.
_NAMES_SHARE: Final = 1 / 2
# Beside codes, a few words of letters may be remarks; so many are no remarks.
_LETTERS_SHARE: Final = 1 / 10
# Codes may begin with names of places; names beside codes are told where there are so many.
_FEWEST_BESIDE: Final = 10


def holding_names(texts: Texts) -> npt.NDArray[np.intp]:
    """
    Return which of a column's texts look like names of persons, none where they do not.

    Parameters
    ----------
    texts : ndarray of str, shape (m,)
        The different texts of a column that should hold pseudonymous codes of persons.

    Returns
    -------
    ndarray of int
        Positions of what looks like a name.

    Notes
    -----
    Three forms are told:

    - two to four Chinese characters and nothing else (blanks, a remark in brackets and a masked
      given name aside) that begin with a common surname; four only after a double surname or two
      surnames, and none that ends as names of places do. Of the texts of that form more than half
      must begin so: a name that has slipped in among codes is found, and codes that are words, of
      which one in twenty begins so, pass;
    - two to four words of letters, of which at least two have two letters or an initial with a point:
      a tenth of the column;
    - a name beside a code, as in ``P017 …``: at least ten, and more than half of them different.

    A code that holds a digit, such as P0468, a1f3-22, 种子-017 or 甲01, has none of these forms.
    Names in one word of letters, rare surnames, and names of other peoples without the dot are not
    told: the check is a net, not a proof.

    Examples
    --------
    >>> import numpy as np
    >>> holding_names(np.array(["P0468", "种子-017", "甲01"], dtype=object))
    array([], dtype=int64)
    >>> holding_names(np.array(["P0468", "Jane Roe"], dtype=object))
    array([1])
    """
    together = "".join(texts)
    if together.isascii() and " " not in together:
        return np.empty(0, dtype=np.intp)
    words = [_plain(text) for text in texts]
    found = _chinese(words) + _lettered(words)
    return np.array(sorted(found or _beside_codes(words)), dtype=np.intp)


def _plain(text: str) -> str:
    """Return a text without a remark in brackets, and without blanks between Chinese characters."""
    cleaned = _BRACKETS.sub("", clean(text)).strip()
    if cleaned.isascii():
        return cleaned
    return re.sub(f"(?<={_HANZI})\\s+(?={_HANZI})", "", _DOTS.sub("·", cleaned))


def _chinese(words: list[str]) -> list[int]:
    """Return which words are Chinese names, where most words of that form are."""
    candidates = [
        i
        for i, word in enumerate(words)
        if not word.isascii()
        and (_FEW_HANZI.fullmatch(word) or _MASKED.fullmatch(word) or _DOTTED.fullmatch(word))
    ]
    names = [i for i in candidates if _is_chinese_name(words[i])]
    return names if len(names) > _NAMES_SHARE * len(candidates) else []


def _is_chinese_name(word: str) -> bool:
    """Tell whether a word of two to four characters, masked or dotted, begins as a name does."""
    if "·" in word:
        return True
    if word in _POSTS or (len(word) > 2 and _PLACE.search(word)):
        return False
    if word[:2] in _DOUBLE_SURNAMES:
        return len(word) > 2
    if word[0] not in _SURNAMES:
        return False
    return len(word) < 4 or word[1] in _SURNAMES or _MASKED.fullmatch(word) is not None


def _lettered(words: list[str]) -> list[int]:
    """Return which words are names written in letters, where they are no mere remarks."""
    candidates = [i for i, word in enumerate(words) if " " in word and _LETTERS.fullmatch(word)]
    names = [i for i in candidates if _is_lettered_name(words[i])]
    filled = sum(map(bool, words))
    most = len(names) > _NAMES_SHARE * len(candidates) and len(names) > _LETTERS_SHARE * filled
    return names if most else []


def _is_lettered_name(word: str) -> bool:
    parts = word.replace(",", "").split()
    if any(part.lower() in _ROLES for part in parts) or _HANZI_RUN.search(word):
        return False
    return sum(len(part) > 1 for part in parts) > 1


def _beside_codes(words: list[str]) -> list[int]:
    """Return which words hold a name beside a code; many codes may share one place, not one name."""
    tokens = {
        i: token
        for i, word in enumerate(words)
        if not word.isascii()
        for token in _HANZI_RUN.findall(word)[:1]
        if len(token) < len(word)
    }
    named = {
        i: token for i, token in tokens.items() if 2 <= len(token) <= 4 and _is_chinese_name(token)
    }
    different = len(set(named.values()))
    if different < _FEWEST_BESIDE or different <= _NAMES_SHARE * len(tokens):
        return []
    return list(named)
