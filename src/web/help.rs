//! Which paragraph of the guide explains which page.

/// How an address begins, how it ends, and where it is explained; the first that fits counts.
pub const PLACES: &[(&str, &str, &str)] = &[
    ("/van-ban/", "/quy-trinh", "/huong-dan#dieu-khien"),
    ("/quan-tri/viec-dau", "", "/huong-dan/quan-tri#viec-dau"),
    ("/quan-tri/nhap", "", "/huong-dan/quan-tri#nguoi-dung"),
    ("/quan-tri/nguoi-dung", "", "/huong-dan/quan-tri#nguoi-dung"),
    ("/quan-tri/sap-xep", "", "/huong-dan/quan-tri#sap-xep"),
    ("/quan-tri/an-toan", "", "/huong-dan/quan-tri#an-toan"),
    ("/quan-tri/so", "", "/huong-dan/quan-tri#so"),
    ("/quan-tri/ngay-nghi", "", "/huong-dan/quan-tri#ngay-nghi"),
    ("/quan-tri/quy-trinh", "", "/huong-dan/quan-tri#quy-trinh"),
    (
        "/quan-tri/chuyen-quy-trinh",
        "",
        "/huong-dan/quan-tri#chuyen-quy-trinh",
    ),
    ("/quan-tri/su-co", "", "/huong-dan/quan-tri#su-co"),
    ("/quan-tri/thu-di", "", "/huong-dan/quan-tri#thu"),
    ("/quan-tri/khoa-ky", "", "/huong-dan/quan-tri#khoa"),
    ("/quan-tri/nhat-ky", "", "/huong-dan/quan-tri#nhat-ky"),
    ("/quan-tri", "", "/huong-dan/quan-tri#nguoi-dung"),
    ("/vang-mat", "", "/huong-dan/van-thu#vang-mat"),
    ("/van-ban/nhap", "", "/huong-dan/nguoi-soan#soan"),
    ("/van-ban/", "/ho-so", "/huong-dan#ho-so"),
    ("/van-ban/", "/soan", "/huong-dan/nguoi-soan#soan"),
    ("/van-ban/", "/chi-tieu", "/huong-dan/nguoi-soan#chi-tieu"),
    ("/van-ban/", "/trinh", "/huong-dan/nguoi-soan#trinh"),
    ("/van-ban/", "/giai-trinh", "/huong-dan/nguoi-soan#gop-y"),
    ("/van-ban/", "/so-sanh", "/huong-dan/nguoi-soan#tra-lai"),
    ("/van-ban/", "/gop-y", "/huong-dan/don-vi#gop-y"),
    ("/van-ban/", "/xac-nhan", "/huong-dan/don-vi#xac-nhan"),
    ("/van-ban/", "/khac-phuc", "/huong-dan/don-vi#khac-phuc"),
    ("/van-ban/", "/phe-duyet", "/huong-dan/lanh-dao#duyet"),
    ("/van-ban/", "/ky", "/huong-dan/lanh-dao#ky"),
    ("/van-ban/", "/theo-doi", "/huong-dan/lanh-dao#theo-doi"),
    ("/van-ban/", "/khep-vong", "/huong-dan/lanh-dao#khep-vong"),
    ("/van-ban/", "/gui-them", "/huong-dan/lanh-dao#gui-them"),
    ("/van-ban/", "/nhac", "/huong-dan/van-thu#nhac"),
    ("/van-ban/", "/chung-cu", "/huong-dan/van-thu#chung-cu"),
    ("/van-ban/", "/muc-tieu", "/huong-dan/lanh-dao#danh-gia"),
    ("/van-ban/", "/danh-gia", "/huong-dan/lanh-dao#danh-gia"),
    ("/ky-nhieu-van-ban", "", "/huong-dan/lanh-dao#ky"),
    ("/theo-doi", "", "/huong-dan/lanh-dao#theo-doi"),
    ("/muc-tieu", "", "/huong-dan/lanh-dao#danh-gia"),
    ("/van-ban-den", "", "/huong-dan/van-thu#tiep-nhan"),
    ("/tiep-nhan", "", "/huong-dan/van-thu#tiep-nhan"),
    ("/van-thu", "", "/huong-dan/van-thu#cap-so"),
    (
        "/so-van-ban/sau-khoi-phuc",
        "",
        "/huong-dan/van-thu#khoi-phuc",
    ),
    ("/so-van-ban", "", "/huong-dan/van-thu#so"),
    ("/ho-so", "", "/huong-dan#ho-so"),
    ("/bao-cao/", "/gia-han", "/huong-dan/don-vi#gia-han"),
    ("/bao-cao", "", "/huong-dan/don-vi#bao-cao"),
    ("/ky-bao-cao", "", "/huong-dan/don-vi#bao-cao"),
    ("/khac-phuc", "", "/huong-dan/don-vi#khac-phuc"),
    ("/toi", "", "/huong-dan#tai-khoan"),
    ("/xac-thuc", "", "/huong-dan#tai-khoan"),
    ("/xac-minh", "", "/huong-dan#xac-minh"),
    ("", "", "/huong-dan#viec"),
];

/// Where the page at this address is explained.
#[must_use]
pub fn explained(path: &str) -> &'static str {
    PLACES
        .iter()
        .find(|(begins, ends, _)| path.starts_with(begins) && path.ends_with(ends))
        .map_or("/huong-dan", |(_, _, place)| *place)
}
