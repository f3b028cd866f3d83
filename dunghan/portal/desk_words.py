"""What the desk calls things: states, reasons, bases, deeds. Vietnamese, as ``t`` takes it."""

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
