"""A page shows outputs and Markdown in the site's frame, and nothing that runs, loads or names this machine."""

import json

import nbformat
import pytest

from seedmetrics.site import render_page
from tests.site.small_site import executed, output_html, save, site_facts


def page_of(tmp_path, *outputs, language="en", markdown="", facts=True):
    if facts:
        (tmp_path / "site.json").write_text(json.dumps(site_facts()), encoding="utf-8")
    path = tmp_path / "2025Q3" / "township" / f"T01.{language}.ipynb"
    save(executed(*outputs, markdown=markdown), path)
    html = render_page(path, path.with_suffix(".html"))
    return html.read_text(encoding="utf-8")


def test_outputs_and_markdown_are_shown_and_code_is_not(tmp_path):
    stdout = nbformat.v4.new_output("stream", name="stdout", text="a < b\x1b[31m red\x1b[0m\n")
    stderr = nbformat.v4.new_output("stream", name="stderr", text="a warning")
    text = nbformat.v4.new_output("display_data", {"text/plain": "DataFrame <1>"})
    page = page_of(
        tmp_path, output_html("<h1>Found</h1>"), stdout, stderr, text, markdown="## Note *this*"
    )
    assert "<h1>Found</h1>" in page
    assert "<pre>a &lt; b red\n</pre>" in page
    assert "<pre>DataFrame &lt;1&gt;</pre>" in page
    assert "<h2" in page
    assert "<em>this</em>" in page
    for hidden in ("secret_call", "a warning", "unit = ", "For the notebook", "Html: finding", "¶"):
        assert hidden not in page


def test_a_drawing_reaches_the_page_to_the_letter(tmp_path):
    drawing = (
        '<svg viewBox="0 0 9 9" role="img" aria-label="名次"><clipPath id="a"></clipPath></svg>'
    )
    assert drawing in page_of(
        tmp_path, output_html(f"<style>p{{}}</style>{drawing}<script>x()</script>")
    )


def test_pictures_are_within_the_page_with_their_description(tmp_path):
    described = nbformat.v4.new_output(
        "display_data", {"image/png": "AA\nAA"}, metadata={"image/png": {"alt": 'a "b"'}}
    )
    drawn = nbformat.v4.new_output(
        "display_data", {"image/svg+xml": "<svg onload='x()' viewBox='0 0 1 1'></svg>"}
    )
    page = page_of(tmp_path, described, drawn)
    assert '<img src="data:image/png;base64,AAAA" alt="a &quot;b&quot;">' in page
    assert '<figure><svg viewBox="0 0 1 1"></svg></figure>' in page


def test_a_type_that_would_run_gives_way_to_its_text(tmp_path):
    data = {"application/javascript": "x()", "text/latex": "$x$", "text/plain": "as text"}
    page = page_of(tmp_path, nbformat.v4.new_output("display_data", data))
    assert "<pre>as text</pre>" in page
    assert "x()" not in page


def test_markdown_is_cleaned_too(tmp_path):
    page = page_of(tmp_path, markdown="<script>x()</script> a <img src='https://x.example/a.png'>")
    assert "x.example" not in page
    assert "x()" not in page


@pytest.mark.parametrize(
    ("language", "tag", "name", "home", "other"),
    [
        (
            "en",
            "en",
            "Songling Town, third quarter of 2025 – Chenghe District, evaluated",
            "index.html",
            "zh",
        ),
        ("zh", "zh-Hans", "松岭镇 2025年第三季度 – 澄禾区评价", "index.zh.html", "en"),
    ],
)
def test_the_frame_is_in_the_language_of_the_page(tmp_path, language, tag, name, home, other):
    page = page_of(tmp_path, language=language)
    assert f'<html lang="{tag}">' in page
    assert f"<title>{name}</title>" in page
    assert f'href="../../{home}"' in page
    assert f'<a href="T01.{other}.html" lang="{"en" if other == "en" else "zh-Hans"}"' in page
    assert '<link rel="stylesheet" href="../../assets/style.css">' in page
    assert f'<a href="T01.{language}.ipynb">' in page
    assert page.count("<main") == page.count("</main>") == 1
    assert 'class="sample"' in page


def test_a_report_that_says_it_is_sample_data_is_not_told_so_twice(tmp_path):
    page = page_of(tmp_path, output_html('<p class="sample">Sample data. Invented.</p>'))
    assert page.count('class="sample"') == 1
    assert "Every unit and every figure" not in page


def test_real_records_carry_no_banner(tmp_path):
    (tmp_path / "site.json").write_text(
        json.dumps(site_facts() | {"sample": False}), encoding="utf-8"
    )
    path = save(executed(), tmp_path / "T01.en.ipynb")
    page = render_page(path, tmp_path / "T01.en.html").read_text(encoding="utf-8")
    assert "Sample data" not in page


def test_a_page_without_a_site_stands_alone(tmp_path):
    page = page_of(tmp_path, output_html("<h1>Found</h1>"), facts=False)
    assert 'href="assets/style.css"' in page
    assert "<title>T01</title>" in page
    assert 'hreflang="zh' not in page


def test_the_language_is_told_by_the_parameters_where_the_name_does_not(tmp_path):
    node = executed()
    node.metadata["papermill"] = {"parameters": {"language": "zh"}}
    path = save(node, tmp_path / "note.ipynb")
    assert '<html lang="zh-Hans">' in render_page(path, tmp_path / "note.html").read_text(
        encoding="utf-8"
    )


def test_the_same_notebook_gives_the_same_bytes(tmp_path):
    first = page_of(tmp_path, output_html("<h1>Found</h1>"))
    assert page_of(tmp_path, output_html("<h1>Found</h1>")) == first
    assert str(tmp_path) not in first
