"""Why a decision could not be taken, in a coordinator's words: what the portal's pages and Prefect's runs say."""

from dunghan.engine.actions import NewerVersion, NotLater
from dunghan.engine.handing_in import AlreadyAccepted
from dunghan.engine.remind_now import NobodyReachable, NothingToRemind, RemindedToday
from dunghan.engine.second_person import Incomplete
from models.errors import (
    BadTime,
    DeadlineUndated,
    DunghanError,
    NotPossible,
    UnknownName,
    UnknownObligation,
    UnknownOffice,
)

_NEWER = "Đơn vị vừa nộp bản mới: xin xem bản ấy rồi quyết định."
_FAR_OFF = "Ngày này quá xa: xin kiểm tra lại năm."
OF_ACT: dict[tuple[str, type[DunghanError]], str] = {
    ("submit", AlreadyAccepted): "Báo cáo này đã được duyệt nên không ghi nhận thêm bản mới.",
    ("submit", BadTime): "Lúc nhận được không hợp lệ: xin ghi một thời điểm đã qua.",
    ("accept", NewerVersion): _NEWER,
    ("return", NewerVersion): _NEWER,
    ("accept", NotPossible): "Không có bản nào đang chờ duyệt: có thể đã có người xử lý trước.",
    ("return", NotPossible): "Không có bản nào để trả lại: có thể đã có người xử lý trước.",
    ("extend", BadTime): _FAR_OFF,
    ("waive", NotPossible): "Báo cáo này đã được miễn.",
    ("set-date", BadTime): _FAR_OFF,
    ("set-date", NotPossible): "Hạn này có trong văn bản nên không ấn định lại được: hãy dùng gia hạn.",
    ("remind", NothingToRemind): "Không có gì để nhắc: đã nộp, đã miễn, đang hẹn ngày hoặc kế hoạch đang tạm dừng.",
    ("remind", NobodyReachable): "Đơn vị không có ai liên hệ được: hãy bổ sung liên hệ, và gọi điện.",
    ("remind", RemindedToday): "Hôm nay đơn vị đã được nhắc, hoặc lời nhắc đang chờ gửi: mỗi ngày chỉ nhắc một lần.",
    ("remind", DeadlineUndated): "Báo cáo này chưa có hạn nên không nhắc được: hãy ấn định hạn trước.",
}
"""By act and kind of error; of several kinds that fit the narrowest is said."""
OF_ANY: dict[type[DunghanError], str] = {
    UnknownObligation: "Không có báo cáo nào như vậy: xin xem lại kế hoạch, loại báo cáo, kỳ và mã đơn vị.",
    UnknownOffice: "Không có đơn vị nào mang mã này.",
    UnknownName: "Kế hoạch không có loại báo cáo, cấp hoặc kỳ này.",
    DeadlineUndated: "Báo cáo này chưa có hạn: hãy ấn định hạn trước.",
    BadTime: "Thời điểm không hợp lệ.",
    Incomplete: "Biểu mẫu còn thiếu: cần lý do, họ tên, và ngày mới khi xin gia hạn.",
    NotLater: "Ngày gia hạn phải sau hạn đang có hiệu lực.",
    NotPossible: "Không thực hiện được vì không khớp với những gì đã ghi nhận.",
}
"""What holds for every act."""


def why_not(act: str, error: DunghanError) -> str | None:
    """A sentence for an error of an act (``submit, accept, return, extend, waive, set-date, remind``).

    None where it is no coordinator's business.
    """
    kinds = [kind for kind in type(error).__mro__ if issubclass(kind, DunghanError)]
    found = ((OF_ACT.get((act, kind)), OF_ANY.get(kind)) for kind in kinds)
    return next((said for pair in found for said in pair if said), None)
