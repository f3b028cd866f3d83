"""Files as a browser sends them: their number, kind and size bounded, and then kept by the store's own rules."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePath

from starlette.datastructures import FormData, UploadFile

from dunghan import files
from dunghan.files import CHUNK, Kept, safe_name
from dunghan.portal.body_limit import MB
from dunghan.portal.problems import Refused, Trouble

KINDS = (".docx", ".pdf", ".xlsx", ".odt")
MOST_FILES = 10

NO_FILE = Trouble(422, "Chưa có tệp nào được chọn. Hãy chọn tệp báo cáo, hoặc dùng nút “Không phát sinh”.")
FILES_AND_NOTHING = Trouble(
    422,
    "Anh/chị đã chọn tệp nhưng lại bấm “Không phát sinh”. Hãy chọn lại tệp rồi bấm “Xem lại trước khi nộp”; hoặc, "
    "nếu không có gì để báo cáo, bấm “Không phát sinh” lần nữa.",
)
TOO_MANY = Trouble(413, "Mỗi lần nộp tối đa {most} tệp. Hãy bỏ bớt hoặc gộp lại.")
WRONG_KIND = Trouble(
    415, "Tệp “{name}” không thuộc loại được nhận. Hãy lưu thành docx, pdf, xlsx hoặc odt rồi nộp lại."
)
PROGRAM = Trouble(
    415, "Tệp “{name}” là chương trình chạy được, không phải văn bản, nên không được nhận. Hãy chọn đúng tệp báo cáo."
)
EMPTY = Trouble(422, "Tệp “{name}” rỗng (0 byte). Hãy mở lại tệp trên máy, lưu, rồi chọn lại.")
TOO_LARGE = Trouble(413, "Tệp “{name}” lớn quá {most} MB. Hãy nén hình ảnh hoặc tách tệp rồi nộp lại.")
BOMB = Trouble(
    422,
    "Tệp “{name}” bung ra lớn bất thường hoặc chứa mã XML gây hại, nên không được nhận. Hãy lưu lại báo cáo thành "
    "tệp mới rồi nộp lại.",
)
UNREADABLE = Trouble(422, "Tệp “{name}” không đọc được. Hãy chọn lại tệp rồi nộp lần nữa.")

_REFUSED = {"empty": EMPTY, "too_large": TOO_LARGE, "program": PROGRAM}


def chosen(form: FormData) -> list[UploadFile]:
    """What was really chosen: a browser sends an empty field as a file without a name."""
    return [one for one in form.getlist("files") if isinstance(one, UploadFile) and (one.filename or one.size)]


def require_fit(found: Sequence[UploadFile]) -> None:
    """Raise Refused for no file, too many, or one by whose name it is of no kind that is taken."""
    if not found:
        raise Refused(NO_FILE)
    if len(found) > MOST_FILES:
        raise Refused(TOO_MANY, most=MOST_FILES)
    for one in found:
        name = safe_name(one.filename or "")
        if PurePath(name).suffix.lower() not in KINDS:
            raise Refused(WRONG_KIND, name=name)


def take(files_url: str, uploads: Sequence[UploadFile]) -> tuple[Kept, ...]:
    """Keep the files, a piece at a time; two of one content are one.

    Raises Refused for what the store does not take, NotPossible where it cannot be written.
    """
    kept: dict[str, Kept] = {}
    with tempfile.TemporaryDirectory(prefix="dunghan-") as folder:
        for number, one in enumerate(uploads):
            name = safe_name(one.filename or "")
            path = Path(folder, str(number))
            one.file.seek(0)
            with path.open("wb") as handle:
                shutil.copyfileobj(one.file, handle, CHUNK)
            try:
                held = files.keep(files_url, path, name)
            except files.Refused as refused:
                trouble = _REFUSED.get(refused.code, UNREADABLE)
                raise Refused(trouble, name=name, most=files.MOST_BYTES // MB) from None
            kept.setdefault(held["sha256"], held)
            path.unlink()
    return tuple(kept.values())
