"""What runs or loads is taken out of a notebook's markup; drawings and tables stay to the letter."""

import html.parser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.site.cleaning import clean

DRAWING = (
    '<svg viewBox="0 0 240 24" role="img" aria-label="Rank 4 of 11 &amp; “more”" focusable="false" width="240">'
    "<title>名次</title><defs>"
    '<clipPath id="c1"><rect x="0" y="0" width="4" height="3"></rect></clipPath>'
    '<linearGradient id="g1" gradientUnits="userSpaceOnUse"><stop offset="0" stop-color="var(--dot, #868c93)"></stop>'
    "</linearGradient></defs>"
    '<g clip-path="url(#c1)" transform="translate(1.5 2)"><path d="M1 12l7-5v10z" fill="var(--accent, #0f5f8c)" '
    'style="stroke: var(--dot, #868c93); stroke-width: 1.5" stroke-dasharray="2 2"></path>'
    '<text x="1" y="2" text-anchor="middle" font-size="12.5" textLength="40"><tspan dx="1">第4名</tspan></text>'
    '<use href="#c1"></use><use xlink:href="#c1"></use></g></svg>'
)
SECTION = (
    '<section id="made" aria-labelledby="h" class="a b" lang="zh-Hans" data-label="x"><h2 id="h">标题</h2>'
    '<table class="league stack" role="table"><caption>c</caption><thead><tr role="row">'
    '<th scope="col" colspan="2">a</th></tr></thead><tbody><tr><th scope="row">1</th>'
    '<td class="lanes"><i class="a" style="--k:2"></i></td></tr></tbody></table>'
    '<details open=""><summary>s</summary><p>t</p></details><a href="../x.html#y" hreflang="en">l</a></section>'
)


@pytest.mark.parametrize("markup", [DRAWING, SECTION], ids=["drawing", "section"])
def test_what_our_reports_write_stays_to_the_letter(markup):
    assert clean(markup) == markup


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<script>x()</script>a", "a"),
        ("<p onclick='x()' onload=x()>a</p>", "<p>a</p>"),
        ("<style>p{}</style><style scoped>td{}</style>a", "a"),
        ("<iframe src='https://x.example'>b</iframe>a", "a"),
        ("<object data=x></object><embed src=x>a", "a"),
        ("<form action=x><input value=1><button>b</button></form>", "b"),
        ("<link rel=stylesheet href=x><meta http-equiv=refresh content=0><base href=x>a", "a"),
        ("<a href='javascript:x()'>a</a>", "<a>a</a>"),
        ("<a href=' java\nscript:x()'>a</a>", "<a>a</a>"),
        ("<a href='data:text/html,<script>x()</script>'>a</a>", "<a>a</a>"),
        ("<a href='//x.example'>a</a>", "<a>a</a>"),
        ("<img src='https://x.example/t.png' alt='a'>", '<img alt="a">'),
        ("<img src='//x.example/t.png'>", "<img>"),
        ("<img src=x onerror='x()'>", "<img>"),
        ("<svg onload='x()'><script>x()</script></svg>", "<svg></svg>"),
        ("<svg><a xlink:href='javascript:x()'><text>a</text></a></svg>", None),
        ("<svg><use href='https://x.example/s.svg#a'/></svg>", "<svg><use></use></svg>"),
        ("<svg><image href='https://x.example/a.png'/></svg>", "<svg><image></image></svg>"),
        ("<svg><foreignObject><p>a</p></foreignObject></svg>", None),
        ("<svg><animate attributeName='href' to='javascript:x()'/><set to='x'/></svg>", None),
        ("<svg><rect fill='url(https://x.example/a)'/></svg>", "<svg><rect></rect></svg>"),
        ("<p style='background: url(https://x.example/a)'>a</p>", "<p>a</p>"),
        ("<p style='background: \\75rl(https://x.example/a)'>a</p>", "<p>a</p>"),
        ("<p style='background: image-set(\"https://x.example/a\" 1x)'>a</p>", "<p>a</p>"),
        ("<!-- <script> -->a", "a"),
        (
            "<math><mtext><table><mglyph><style><img src=x onerror=x()></style></table></mtext></math>a",
            "a",
        ),
        ("<noscript><p title='</noscript><img src=x onerror=x()>'></noscript>", None),
    ],
)
def test_what_runs_or_loads_is_gone(markup, left):
    cleaned = clean(markup)
    if left is not None:
        assert cleaned == left
    seen = _Seen()
    seen.feed(cleaned)
    assert not seen.bad


class _Seen(html.parser.HTMLParser):
    """A second reader: notes what would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in {
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "link",
            "meta",
            "base",
            "foreignobject",
            "animate",
        }:
            self.bad.append(tag)
        for name, value in attrs:
            loads = (
                name in {"src", "href", "xlink:href"}
                and tag != "a"
                and not (value or "").startswith(("#", "data:"))
            )
            runs = name.startswith("on") or "javascript:" in (value or "").lower()
            if loads or runs:
                self.bad.append(f"{tag} {name}")


MARKUP = (
    "<svg> </svg> <script> </script> <style> </style> <p> <table> <title> <math> <mtext> </p> <!-- --> "
    "<img␣src=x␣onerror=x()> <a␣href=javascript:x()> <textarea> </textarea> <noscript> <desc> "
    "<template> <path␣onclick=x()␣d=M0> ]]> <![CDATA[ &lt;script&gt; 禾 a"
)
PIECES = st.sampled_from(MARKUP.split())


@given(st.lists(PIECES, max_size=10))
def test_no_nesting_lets_anything_through(pieces):
    cleaned = clean("".join(pieces).replace("␣", " "))
    seen = _Seen()
    seen.feed(cleaned)
    assert not seen.bad
    assert clean(cleaned) == cleaned


def test_a_pandas_table_keeps_its_rows_and_its_escaped_text():
    table = pd.DataFrame({"name": ["<script>x()</script>清禾"], "n": [1]})
    cleaned = clean(table._repr_html_())
    assert "<thead>" in cleaned
    assert "<tbody>" in cleaned
    assert "&lt;script&gt;x()&lt;/script&gt;清禾" in cleaned
    assert "<style" not in cleaned
    assert "vertical-align" not in cleaned


def test_a_picture_within_the_page_stays():
    assert (
        clean('<img src="data:image/png;base64,AAAA" alt="a">')
        == '<img src="data:image/png;base64,AAAA" alt="a">'
    )
