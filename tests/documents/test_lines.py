"""Paragraphs come out of printed lines by how these are set; what pages repeat does not."""

from dunghan.documents.lines import Line, text_of, wide_gaps

MARGIN, RIGHT, PITCH, SIGN = 85.0, 538.0, 16.5, 6.5


def page(*rows: str, top: float = 780.0) -> list[Line]:
    """Lines as one types them: spaces before one indent it, ">" makes it as long as the page is wide, "" is a gap."""
    lines, at = [], top
    for row in rows:
        at -= PITCH if row else PITCH / 2
        if row:
            words = row.strip(" >")
            left = MARGIN + SIGN * (len(row) - len(row.lstrip(" ")))
            right = RIGHT if row.endswith(">") else left + SIGN * len(words)
            lines.append(Line(words, left, at, right, at + 15))
    return lines


def test_an_indent_a_short_line_and_a_gap_end_a_paragraph() -> None:
    told = text_of(
        [
            page(
                "      Sở Y tế chủ trì, phối hợp với các sở, ban, ngành>",
                "tổ chức thực hiện Kế hoạch; báo cáo Ủy ban>",
                "Nhân dân tỉnh.",
                "      Các huyện báo cáo trước ngày 15/12 hằng năm về>",
                "Sở Y tế để tổng hợp",
                "Nơi nhận",
                "",
                "và những nơi khác",
            )
        ]
    )
    assert told.split("\n\n") == [
        "Sở Y tế chủ trì, phối hợp với các sở, ban, ngành\ntổ chức thực hiện Kế hoạch; báo cáo Ủy ban\nNhân dân tỉnh.",
        "Các huyện báo cáo trước ngày 15/12 hằng năm về\nSở Y tế để tổng hợp",
        "Nơi nhận",
        "và những nơi khác",
    ]


def test_items_of_one_line_stand_alone() -> None:
    rows = (
        "    1. Mục tiêu:",
        "    - Giảm 5 %;",
        "    - Trên 90 %.",
        "    a) Sở Y tế",
        "    Một đoạn dài>",
        "tiếp theo nó.",
    )
    assert text_of([page(*rows)]).split("\n\n") == [
        "1. Mục tiêu:", "- Giảm 5 %;", "- Trên 90 %.", "a) Sở Y tế", "Một đoạn dài\ntiếp theo nó.",
    ]  # fmt: skip


def test_the_lines_of_a_title_stay_together_below_the_kind_of_document() -> None:
    def centred(words: str, bottom: float) -> Line:
        half = SIGN * len(words) / 2
        return Line(words, 311 - half, bottom, 311 + half, bottom + 15)

    title = [
        centred(words, 700 - PITCH * at) for at, words in enumerate(("KẾ HOẠCH", "Phòng, chống tai nạn", "trẻ em 2021"))
    ]
    body = page("      Căn cứ Luật Trẻ em ngày 05 tháng 4 năm 2016 và>", "các văn bản khác>", "có liên quan;", top=640)
    assert text_of([[*title, *body]]).startswith("KẾ HOẠCH\n\nPhòng, chống tai nạn\ntrẻ em 2021\n\nCăn cứ")


def test_columns_side_by_side_are_cells() -> None:
    row = [Line("Số: 12/KH-UBND", 85, 700, 180, 715), Line("Hà Giang, ngày 1", 300, 700, 420, 715)]
    next_column = [
        Line("Sở Y tế", 85, 680, 130, 695),
        Line("một", 85, 663, 110, 678),
        Line("Quý III", 300, 680, 340, 695),
    ]
    assert text_of([[*row, *next_column]]).replace("\n\n", "\n").endswith("\nmột\nQuý III")
    assert "12/KH-UBND | Hà Giang" in text_of([row])


def test_what_pages_repeat_and_what_counts_them_is_left_out() -> None:
    body = [
        "      Sở số {} báo cáo kết quả về Sở Y tế trước ngày>",
        "15 tháng 12 hằng năm để tổng hợp, báo cáo Ủy>",
        "ban tỉnh.",
    ]
    pages = [
        page(
            "Kế hoạch 168",
            f"Trang {number}/5",
            "",
            *(row.format(number * number) for row in body),
            "",
            "Hà Giang",
            str(number),
        )
        for number in range(1, 6)
    ]
    told = text_of(pages)
    assert not any(gone in told for gone in ("168", "Trang", "Giang"))
    assert told.count("\n\f") == 4
    assert [part.split()[2] for part in told.split("\f")] == ["1", "4", "9", "16", "25"]


def test_what_merely_stands_first_on_many_pages_stays() -> None:
    row = "      Sở Y tế báo cáo kết quả thực hiện về Sở Lao động>"
    assert text_of([page(row, f"nội dung {at * at} khác nhau.") for at in range(2, 8)]).count("Sở Y tế báo cáo") == 6


def test_a_sentence_goes_on_over_a_page_with_its_number_between() -> None:
    first = page(
        "      Ủy ban nhân dân các huyện báo cáo Ủy ban nhân dân>", "kết quả thực hiện về Sở Lao động - Thương binh và>"
    )
    second = page("2", "", "Xã hội trước ngày 30 tháng 11.")
    assert text_of([first, second]).endswith("Thương binh và\nXã hội trước ngày 30 tháng 11.")


def test_an_item_below_a_heading_begins_a_paragraph_and_a_dash_in_a_name_does_not() -> None:
    rows = ("    2. Mục tiêu", "    a) Giảm", "Sở Lao động", "- Thương binh và Xã hội và các sở, ban, ngành khác>")
    assert text_of([page(*rows)]).startswith("2. Mục tiêu\n\na) Giảm\n\nSở Lao động")
    cell = [Line("Sở Lao động", 300, 700, 380, 715), Line("- Thương binh", 300, 684, 385, 699)]
    assert text_of([[*page("STT>"), *cell]]).endswith("\n\nSở Lao động\n- Thương binh")


def test_the_number_of_a_document_is_not_cut() -> None:
    assert text_of([page("Nghị quyết số 57->", "NQ/TW ngày 22/12/2024 và>", "Kế hoạch")]).startswith(
        "Nghị quyết số 57-NQ/TW ngày"
    )


def test_a_stretched_line_has_no_columns_in_it() -> None:
    def boxes(*gaps: float) -> list[tuple[float, float]]:
        at, words = 0.0, []
        for gap in (0, *gaps):
            words.append((at + gap, at + gap + 30))
            at += gap + 30
        return words

    assert wide_gaps(boxes(25, 26, 25, 25, 40), 15) == set()
    assert wide_gaps(boxes(60, 4, 4, 60, 5), 15) == {1, 4}
    assert wide_gaps(boxes(60, 60), 15) == {1, 2}


def test_no_lines_give_no_text() -> None:
    assert text_of([]) == text_of([[], []]) == ""
