"""What the desk calls things: states, reasons, deeds, what is read out of a document. Vietnamese, as ``t`` takes it."""

from dunghan.drafting import words

STATES = {
    "overdue": "Quá hạn",
    "due_soon": "Sắp đến hạn",
    "open": "Đang mở",
    "returned": "Đã trả lại",
    "submitted": "Đã nộp, chờ duyệt",
    "accepted": "Đã duyệt",
    "waived": "Được miễn",
    "undated": "Chưa có hạn",
    "upcoming": "Chưa tới kỳ",
}
"""In the order in which a coordinator asks for them."""

SIGNS = {
    "overdue": "!",
    "due_soon": "◔",
    "open": "○",
    "returned": "↩",
    "submitted": "●",
    "accepted": "✓",
    "waived": "–",
    "undated": "?",
    "upcoming": "·",
}
"""A sign beside the words, so that a column can be read at a glance without its colours."""

KINDS = {"reminder": "Nhắc", "escalation": "Báo cấp trên", "notice": "Báo trả lại", "receipt": "Giấy tiếp nhận"}

REASONS = {
    "first_notice": "thông báo lần đầu",
    "rung_due": "đến mốc nhắc",
    "caught_up": "gửi bù mốc đã lỡ",
    "returned": "báo cáo bị trả lại",
    "by_hand": "điều phối viên nhắc",
    "merged": "gộp vào mốc sau",
    "missed": "mốc đã qua, không gửi bù",
    "expired": "mốc đã quá lâu",
    "already_submitted": "đơn vị đã nộp",
    "accepted": "đã duyệt",
    "waived": "được miễn",
    "acknowledged": "đơn vị đã hẹn ngày",
    "extended": "đã gia hạn",
    "paused": "kế hoạch tạm dừng nhắc",
    "requested_only": "chỉ đề nghị, không đôn đốc",
    "unreachable": "không có ai liên hệ được",
    "not_chased": "cấp này không bị nhắc",
}

FATES = {
    "queued": "chờ gửi",
    "sending": "đang gửi",
    "retry": "chờ gửi lại",
    "delivered": "đã gửi",
    "rejected": "bị từ chối",
    "dead": "không gửi được",
    "withdrawn": "đã rút",
}

EVENTS = {
    "submit": "Đã nộp",
    "accept": "Đã duyệt",
    "return": "Đã trả lại",
    "extend": "Gia hạn",
    "waive": "Được miễn",
    "acknowledge": "Hẹn ngày nộp",
}

DOORS = {"": "ghi nhận tại cơ quan", "portal": "qua đường dẫn", "mail": "qua thư", "prefect": "qua Prefect"}

DONE = {
    "accept": "Đã duyệt báo cáo.",
    "return": "Đã trả lại báo cáo; thông báo cho đơn vị đã vào hàng đợi gửi ngay.",
    "return-nobody": "Đã trả lại báo cáo, nhưng đơn vị không có ai liên hệ được: hãy gọi điện.",
    "extend": "Đã gia hạn.",
    "waive": "Đã miễn báo cáo này.",
    "set-date": "Đã ấn định hạn cho cả cấp trong kỳ này.",
    "remind": "Lời nhắc đã vào hàng đợi gửi.",
    "return-later": "Đã trả lại báo cáo; ngoài giờ làm việc nên thông báo cho đơn vị sẽ đi vào đầu giờ làm việc tới.",
    "remind-later": "Lời nhắc đã xếp hàng; ngoài giờ làm việc nên sẽ đi vào đầu giờ làm việc tới.",
}
"""What an act that was done is told with."""

RECURRENCES, CLAUSE_KINDS = words.RECURRENCES, words.KINDS

WORDINGS = {
    "before": "trước ngày ấy",
    "by": "chậm nhất ngày ấy",
    "within": "trong một thời hạn",
    "month": "chỉ nêu tháng hoặc năm",
    "undated": "không nêu ngày",
}

DECIDED = {
    "": "Chưa quyết định",
    "confirmed": "Đã xác nhận",
    "rejected": "Không phải báo cáo",
    "corrected": "Đã sửa",
}

DRAFT_DONE = {
    "confirm": "Đã xác nhận mục {number}.",
    "reject": "Đã loại mục {number}.",
    "correct": "Đã sửa mục {number}.",
    "again": "Tài liệu này đã được tải lên trước đây: đây là bản nháp của nó.",
}

REFUSALS = {
    "no_file": "Chưa chọn tài liệu. Hãy chọn tệp của kế hoạch rồi bấm “Đọc tài liệu”.",
    "kind": "Tệp “{name}” không thuộc loại đọc được. Hãy lưu thành docx, pdf, html hoặc txt rồi tải lên lại.",
    "empty": "Tệp “{name}” rỗng. Hãy mở lại tệp trên máy, lưu, rồi chọn lại.",
    "too_large": "Tệp “{name}” lớn quá {most} MB. Hãy bỏ bớt hình ảnh, hoặc chỉ lưu phần văn bản.",
    "program": "Tệp “{name}” là chương trình chạy được, không phải văn bản. Hãy chọn đúng tệp của kế hoạch.",
    "large": "Tệp “{name}” quá lớn. Hãy lưu lại văn bản không kèm hình ảnh.",
    "unreadable": "Tệp “{name}” không đọc được. Hãy mở tệp trên máy, lưu thành tệp mới rồi tải lên lại.",
    "long": "Tệp “{name}” dài quá ba triệu chữ. Hãy chỉ tải lên phần kế hoạch, không kèm phụ lục.",
    "pages": "Tệp “{name}” có quá nhiều trang. Hãy chỉ tải lên các trang của kế hoạch.",
    "slow": "Đọc tệp “{name}” mất quá nhiều thời gian hoặc bộ nhớ. Hãy lưu thành docx, hoặc chép phần chữ vào tệp txt.",
    "scanned": "Tệp “{name}” chỉ có ảnh quét, không có chữ. Hãy xin bản Word, hoặc nhận dạng chữ trước.",
    "encrypted": "Tệp “{name}” có mật khẩu. Hãy mở tệp, bỏ mật khẩu, lưu rồi tải lên lại.",
    "harmful": "Tệp “{name}” được làm ra để gây hại: nó phình lên hoặc gọi tới tệp khác. Không nên mở tệp này.",
    "damaged": "Tệp “{name}” bị hỏng. Hãy lấy lại tệp từ nơi gửi.",
    "deep": "Tệp “{name}” có cấu trúc lồng nhau bất thường. Hãy lưu thành docx, hoặc chép phần chữ vào tệp txt.",
    "old": "Tệp “{name}” thuộc loại Office cũ (doc, xls). Hãy mở bằng Word và lưu thành docx.",
    "sheet": "Tệp “{name}” là bảng tính Excel. Hãy tải lên bản Word, PDF, html hoặc txt của kế hoạch.",
    "odt": "Tệp “{name}” là văn bản OpenDocument. Hãy mở tệp và lưu thành docx.",
    "archive": "Tệp “{name}” là tệp nén, không phải văn bản Word. Hãy giải nén và chọn văn bản bên trong.",
    "rtf": "Tệp “{name}” thuộc loại rtf. Hãy mở bằng Word và lưu thành docx.",
    "mht": "Tệp “{name}” là trang web lưu dạng mht. Hãy mở bằng trình duyệt và lưu thành html.",
    "foreign": "Tệp “{name}” không phải docx, pdf, html hay txt, dù tên tệp ghi gì. Hãy chọn đúng tệp của kế hoạch.",
    "encoding": "Chữ trong tệp “{name}” không theo bảng mã đọc được. Hãy lưu tệp theo UTF-8.",
    "undecided": "Còn mục chưa quyết định nên chưa tải được bản nháp: hãy quyết định từng mục trước.",
    "meanwhile": "Vừa có người quyết định mục này: hãy xem lại rồi quyết định, nếu còn cần.",
    "incomplete": "Hãy chọn kỳ báo cáo, cách nêu hạn và loại báo cáo.",
    "day": "Không hiểu ngày “{line}”. Hãy ghi mỗi dòng một ngày, như 15/11, 30/06/2026, tháng 12 hoặc ngày 25.",
    "dated": "Đã ghi ngày thì cách nêu hạn không thể là “không nêu ngày”. Hãy chọn lại.",
    "no_day": "Cách nêu hạn này cần ít nhất một ngày hoặc một tháng. Hãy ghi ngày, hoặc chọn “không nêu ngày”.",
}
"""Why a document or a form of a draft is not taken, by the code of the error (``dunghan.documents``, ``files``)."""
