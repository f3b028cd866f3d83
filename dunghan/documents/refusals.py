"""Why a document is not read, and what to do about it, in one sentence each."""

from dunghan.documents.document import CPU_SECONDS, MOST_FILE, MOST_PAGES, MOST_TEXT

_ANOTHER_WAY = "Save it as .docx, or copy its text into a .txt file."

WHY = {
    "missing": "there is no such file. Check the name and the folder.",
    "closed": "the file may not be read. Give yourself the right to read it, or copy it elsewhere.",
    "empty": "the file holds no text. Take the one that the office sent.",
    "large": f"the file has over {MOST_FILE >> 20} MB. Save the document without its pictures.",
    "long": f"the text has over {MOST_TEXT // 1_000_000} million characters. Take the plan alone, without its annexes.",
    "pages": f"the PDF has over {MOST_PAGES} pages. Take the pages of the plan alone.",
    "slow": f"it takes over {CPU_SECONDS} seconds or too much memory to read. {_ANOTHER_WAY}",
    "scanned": "the PDF holds pictures of pages, no text. Ask for the Word file, or put it through text recognition.",
    "encrypted": "the file has a password. Open it, remove the password, and save it again.",
    "harmful": "the file is made to swell or to reach for other files, as no office program writes it. Do not open it.",
    "damaged": "the file is damaged. Take it again from where it came.",
    "deep": f"its parts are nested deeper than any office program nests them. {_ANOTHER_WAY}",
    "old": "it is an old Office file (.doc, .xls). Open it in Word and save it as .docx.",
    "sheet": "it is an Excel workbook. A plan is drafted from its Word file, PDF, web page or plain text.",
    "odt": "it is an OpenDocument text. Open it and save it as .docx.",
    "archive": "it is a zip archive without a Word document in it. Unpack it and take the document.",
    "rtf": "it is a rich text file (.rtf). Open it in Word and save it as .docx.",
    "mht": "it is a web archive (.mht). Open it in a browser and save it as a web page (.html).",
    "foreign": "it is none of Word (.docx), PDF, web page (.html) and plain text (.txt), whatever its name says.",
    "encoding": "its text is in none of UTF-8, UTF-16 and Windows-1258. Save it as UTF-8.",
}
"""By problem: what is wrong, and the remedy. They follow the file's name and a colon."""
