"""A plan of a province that does not exist, written for these tests."""

PLAN = """ỦY BAN NHÂN DÂN
TỈNH AN BIÊN
-------

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
---------------

Số: 0215/KH-UBND

An Biên, ngày 03 tháng 4 năm 2024

KẾ HOẠCH

PHÒNG, CHỐNG ĐUỐI NƯỚC TRẺ EM TRÊN ĐỊA BÀN TỈNH AN BIÊN
GIAI ĐOẠN 2024 - 2028

Căn cứ Luật Trẻ em ngày 05 tháng 4 năm 2016;

Thực hiện Quyết định số 4321/QĐ-TTg ngày 12/01/2024 của Thủ tướng Chính phủ về việc phê duyệt Chương trình bơi an toàn
cho trẻ em, Ủy ban nhân dân tỉnh An Biên ban hành Kế hoạch phòng, chống đuối nước trẻ em như sau:

I. TÌNH HÌNH

Năm 2023 tỷ lệ trẻ em biết bơi đạt 41,5%, giảm 12% số vụ so với cùng kỳ.

II. MỤC TIÊU

1. 100% xã, phường có kế hoạch phòng, chống đuối nước.

2. Trên 62,5% trẻ em từ 8 tuổi biết bơi an toàn; có ít nhất 03 huyện xây dựng bể bơi.

3. Giảm 5% - 7% số trẻ em tử vong do đuối nước mỗi năm.

III. KINH PHÍ THỰC HIỆN

Tổng kinh phí: 12.500.000.000 đồng, trong đó:

- Ngân sách tỉnh: 10,2 tỷ đồng;

- Nguồn xã hội hóa: 2 tỷ 300 triệu đồng.

IV. TỔ CHỨC THỰC HIỆN

1. Sở Y tế:

a) Hoàn thành khảo sát bể bơi trước ngày 30/9/2024.

b) Tổng hợp, báo cáo Ủy ban nhân dân tỉnh trước ngày 15/12 hằng năm.

2. Sở Giáo dục và Đào tạo chủ trì dạy bơi trong trường học.

3. Giao Công an tỉnh phối hợp cắm biển cảnh báo tại các hồ, sông.

Nơi nhận:
- Như trên;
- Lưu: VT.
"""

LETTER = """SỞ Y TẾ AN BIÊN

Số: 88/SYT-NV
V/v thống kê trạm y tế năm 2025

An Biên, ngày 9 tháng 6 năm 2025

Kính gửi: Trung tâm y tế các huyện
"""

NEWS = """Thứ Ba, 07/5/2024 08:30

Thực hiện Nghị quyết số 12/NQ-CP ngày 02/3/2024 của Chính phủ về trồng rừng, Ủy ban nhân dân thành phố vừa ban hành Kế
hoạch trồng cây xanh đô thị giai đoạn 2024 – 2026. Theo đó, phấn đấu 100% trường học có vườn cây.

Tải tại đây 91-KH-UBND.signed
"""
