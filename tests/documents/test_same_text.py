"""One content gives one text, whatever it is kept in; what Word and browsers number or hide is read as shown."""

import html
import io

import docx
import pytest
from docx.document import Document as Word
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunghan.documents import web, word
from dunghan.documents.numbering import formed

LETTERS = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyAĐỦế6/%–<&>\"'.", min_size=1, max_size=12)
PARAGRAPH = st.lists(LETTERS, min_size=1, max_size=6).map(" ".join)
ROW = st.lists(PARAGRAPH, min_size=2, max_size=3)
BLOCKS = st.lists(PARAGRAPH | ROW, min_size=1, max_size=6)


def word_bytes(made: Word) -> io.BytesIO:
    held = io.BytesIO()
    made.save(held)
    held.seek(0)
    return held


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BLOCKS)
def test_word_and_page_give_the_text_as_one_would_type_it(blocks: list[str | list[str]]) -> None:
    made, page, typed = docx.Document(), "<!doctype html><meta charset=utf-8>", []
    for block in blocks:
        if isinstance(block, str):
            made.add_paragraph(block)
            page += f"<p>{html.escape(block)}</p>"
            typed.append(block)
            continue
        for cell, content in zip(made.add_table(1, len(block)).rows[0].cells, block, strict=True):
            cell.text = content
        page += "<table><tr>" + "".join(f"<td>{html.escape(content)}" for content in block) + "</table>"
        typed.append(" | ".join(block))
    assert word.read(word_bytes(made)).text == web.read(page.encode()).text == "\n\n".join(typed)


def lists() -> Word:
    """Two numbered lists of three levels, the second begun anew, bullets, and a heading that its style numbers."""
    made = docx.Document()
    numbering = made.part.numbering_part.element
    levels = [
        ("upperRoman", "%1."),
        ("decimal", "%2."),
        ("lowerLetter", "%3)"),
        ("bullet", "\uf0b7"),
        ("decimal", "%2.%5"),
    ]
    inside = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, text) in enumerate(levels)
    )
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{inside}</w:abstractNum>'))
    again = '<w:lvlOverride w:ilvl="1"><w:startOverride w:val="4"/></w:lvlOverride>'
    for number, override in ((91, ""), (92, again)):
        of = f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="90"/>{override}</w:num>'
        numbering.append(parse_xml(of))
    return made


def listed(made: Word, text: str, number: int, depth: int) -> None:
    properties = made.add_paragraph(text)._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_numId().val = number
    properties.get_or_add_ilvl().val = depth


def test_the_numbers_that_word_makes_are_read() -> None:
    made = lists()
    for depth, text in ((0, "Mục tiêu"), (1, "Chung"), (1, "Riêng"), (2, "một"), (2, "hai"), (3, "gạch"), (4, "sâu")):
        listed(made, text, 91, depth)
    listed(made, "", 91, 2)
    made.add_paragraph("xen giữa")
    for depth, text in ((0, "Tổ chức"), (1, "Sở Y tế"), (2, "đầu")):
        listed(made, text, 91, depth)
    listed(made, "từ bốn", 92, 1)
    listed(made, "không có", 0, 0)
    assert word.read(word_bytes(made)).text.split("\n\n") == [
        "I. Mục tiêu", "1. Chung", "2. Riêng", "a) một", "b) hai", "- gạch", "2.1 sâu", "xen giữa",
        "II. Tổ chức", "1. Sở Y tế", "a) đầu", "4. từ bốn", "không có",
    ]  # fmt: skip


def test_styles_number_too() -> None:
    made = docx.Document()
    for text, style in (
        ("một", "List Number"),
        ("hai", "List Number"),
        ("gạch", "List Bullet"),
        ("đầu đề", "Heading 1"),
    ):
        made.add_paragraph(text, style=style)
    assert word.read(word_bytes(made)).text == "1. một\n\n2. hai\n\n- gạch\n\nđầu đề"


def test_changes_controls_boxes_and_breaks_of_word() -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("Trước ngày ")
    paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>15</w:delText></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>20</w:t><w:br/><w:t>tháng</w:t></w:r></w:ins>"))
    box = "<w:txbxContent><w:p><w:r><w:t>HỎA TỐC</w:t></w:r></w:p></w:txbxContent>"
    paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}><w:pict>{box}</w:pict></w:r>"))
    control = OxmlElement("w:sdt")
    control.append(OxmlElement("w:sdtContent"))
    control[0].append(made.add_paragraph("trong ô").runs[0]._r.getparent())
    made.element.body.insert(1, control)
    assert word.read(word_bytes(made)).text == "Trước ngày 20\ntháng\n\nHỎA TỐC\n\ntrong ô"


def test_cells_keep_their_paragraphs_and_tables_their_place() -> None:
    made = docx.Document()
    made.add_paragraph("trước")
    table = made.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "UBND TỈNH", "CỘNG HÒA"
    table.cell(0, 1).add_paragraph("Độc lập")
    table.cell(1, 1).text = "cuối"
    made.add_paragraph("sau")
    assert word.read(word_bytes(made)).text == "trước\n\nUBND TỈNH | CỘNG HÒA\n\nĐộc lập\n\n | cuối\n\nsau"


PORTAL = """<!doctype html><html><head><title>Cổng</title><style>p{}</style></head><body>
<header><h1>CỔNG THÔNG TIN</h1></header><nav>Trang chủ</nav><div role=banner>Quảng cáo</div>
<div><ul><li><a href=1>Một</a><li><a href=2>Hai</a><li><a href=3>Ba</a></ul></div>
<table><tr><td><p>UBND TỈNH</p><td><p>CỘNG HÒA<br>XÃ HỘI</table>
<p>Căn cứ <a href=x>Luật</a> <b>Trẻ&nbsp;em</b>;<!-- a --><script>p</script> đoạn
  sau</p>chữ rời<div style="display: none">ẩn</div> còn lại<p hidden>ẩn<p>hàng<sup>1</sup>
<ol type=a start=2><li>bê<li><p>xê</p><p>tiếp</p><li value=9>mục<ul><li>gạch<li>- có sẵn</ul></ol>
<pre>dòng một
dòng hai</pre><footer>Bản quyền</footer></body></html>"""


def test_a_page_is_what_its_reader_sees() -> None:
    assert web.read(PORTAL.encode()).text.split("\n\n") == [
        "UBND TỈNH | CỘNG HÒA\nXÃ HỘI", "Căn cứ Luật Trẻ em; đoạn sau", "chữ rời", "còn lại", "hàng1",
        "b. bê", "c. xê", "tiếp", "i. mục", "- gạch", "- có sẵn", "dòng một\ndòng hai",
    ]  # fmt: skip


@pytest.mark.parametrize("around", ["<main>{}</main>", "<div role=main>{}</div>", "<article>{}</article>"])
def test_the_main_part_of_a_page_is_enough(around: str) -> None:
    document = "<p>" + "Sở Y tế báo cáo. " * 20 + "</p>"
    page = f"<html><script>{'x' * 900}</script><div>Bài liên quan</div>{around.format(document)}<div>Bình luận</div>"
    assert web.read(page.encode()).text == ("Sở Y tế báo cáo. " * 20).strip()


def test_a_part_that_says_little_is_not_the_main_one() -> None:
    page = "<html><article>Tin vắn</article><div>" + "Sở Y tế báo cáo. " * 20 + "</div>"
    assert web.read(page.encode()).text.startswith("Tin vắn\n\nSở Y tế")


@pytest.mark.parametrize(
    ("form", "number", "shown"),
    [
        ("lowerLetter", 2, "b"),
        ("upperLetter", 28, "BB"),
        ("upperRoman", 1994, "MCMXCIV"),
        ("decimalZero", 7, "07"),
        ("x", 3, "3"),
    ],
)
def test_numbers_are_formed_as_word_forms_them(form: str, number: int, shown: str) -> None:
    assert formed(form, number) == shown
