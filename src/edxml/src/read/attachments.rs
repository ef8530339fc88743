//! The files: base64, of the file itself or of an archive around it.

use std::io::{Cursor, Read as _};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use roxmltree::Node;
use zip::ZipArchive;

use super::tree::{Reader, children, is, raw};
use crate::Attachment;
use crate::check::Remark;

/// The largest file, in bytes, unpacked.
pub const MAX_FILE: u64 = 50 * 1024 * 1024;
/// Files of one message.
pub const MAX_ATTACHMENTS: usize = 100;
/// All files of one message together, in bytes, unpacked.
const MAX_ALL: usize = 100 * 1024 * 1024;

/// Padding is forgotten by some.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Files that are archives themselves and are meant to stay so.
const PACKAGES: [&str; 10] = [
    "docx", "xlsx", "pptx", "odt", "ods", "odp", "jar", "epub", "asice", "xlsm",
];

impl Reader {
    pub(super) fn attachments(
        &mut self,
        root: Node<'_, '_>,
    ) -> Result<Vec<Attachment>, Vec<Remark>> {
        let references: Vec<Node<'_, '_>> = root
            .descendants()
            .filter(|node| is(*node, "Reference") && !raw(Some(*node), "ContentId").is_empty())
            .collect();
        let mut found: Vec<Attachment> = Vec::new();
        let mut total = 0;
        for node in root.descendants().filter(|node| is(*node, "Attachment")) {
            if found.len() == MAX_ATTACHMENTS {
                return Err(refused(
                    "AttachmentEncoded",
                    &format!("có hơn {MAX_ATTACHMENTS} tệp"),
                    &format!("there are more than {MAX_ATTACHMENTS} files"),
                ));
            }
            let attachment = self.attachment(node, &references)?;
            total += attachment.bytes.len();
            if total > MAX_ALL {
                return Err(refused(
                    "AttachmentEncoded",
                    &format!("các tệp lớn hơn {} MB", MAX_ALL >> 20),
                    &format!("the files are larger than {} MB", MAX_ALL >> 20),
                ));
            }
            found.push(attachment);
        }
        for reference in references {
            let id = raw(Some(reference), "ContentId");
            if !found.iter().any(|attachment| attachment.content_id == id) {
                return Err(refused(
                    &id,
                    "được kê khai nhưng không có nội dung",
                    "is listed and has no content",
                ));
            }
        }
        Ok(found)
    }

    fn attachment(
        &mut self,
        node: Node<'_, '_>,
        references: &[Node<'_, '_>],
    ) -> Result<Attachment, Vec<Remark>> {
        let mut content_id = raw(Some(node), "ContentId");
        if content_id.is_empty() {
            // Gateways without a manifest: by where it stands.
            content_id = format!("cid:{}", node.id().get());
        }
        let reference = references
            .iter()
            .copied()
            .find(|reference| raw(Some(*reference), "ContentId") == content_id);
        if reference.is_none() {
            self.tolerate(
                "Reference",
                format!("Tệp {content_id} không có trong bản kê."),
                format!("The manifest does not list {content_id}."),
            );
        }
        let said = |name: &str| {
            let own = raw(Some(node), name);
            if own.is_empty() {
                raw(reference, name)
            } else {
                own
            }
        };
        let name = self.plain_name(&said("AttachmentName"));
        let encoded = ["ContentTransferEncoded", "AttachmentData"]
            .iter()
            .find_map(|name| children(Some(node), name).next())
            .and_then(|node| node.text())
            .unwrap_or_default();
        let plain: Vec<u8> = encoded
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let bytes = BASE64
            .decode(plain)
            .map_err(|_| refused(&name, "không đúng mã base64", "is not base64"))?;
        let bytes = unpacked(&name, bytes)?;
        if bytes.is_empty() {
            return Err(refused(&name, "không có nội dung", "has no content"));
        }
        Ok(Attachment {
            content_id,
            description: said("Description"),
            content_type: said("ContentType"),
            bytes,
            name,
        })
    }

    /// A name alone, whatever folders the sender's system put before it.
    fn plain_name(&mut self, name: &str) -> String {
        let plain = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
        if plain != name {
            self.tolerate(
                "AttachmentName",
                format!("Tên tệp «{name}» có đường dẫn; chỉ giữ «{plain}»."),
                format!("The file name `{name}` has a path; only `{plain}` is kept."),
            );
        }
        plain.to_owned()
    }
}

/// The file inside an archive of its own; a file that is an archive itself as it is.
fn unpacked(name: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Vec<Remark>> {
    if !bytes.starts_with(b"PK\x03\x04") {
        return Ok(bytes);
    }
    let broken = |_| refused(name, "là tệp nén bị hỏng", "is a broken archive");
    let mut archive = ZipArchive::new(Cursor::new(bytes.as_slice())).map_err(broken)?;
    let extension = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let package = ["[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"]
        .iter()
        .any(|part| archive.index_for_name(part).is_some());
    let files: Vec<usize> = (0..archive.len())
        .filter(|n| {
            archive
                .name_for_index(*n)
                .is_some_and(|name| !name.ends_with('/'))
        })
        .collect();
    let inner = match files.as_slice() {
        [one] => archive
            .name_for_index(*one)
            .unwrap_or_default()
            .to_lowercase(),
        _ => String::new(),
    };
    let meant = |name: &str| inner.ends_with(&format!(".{name}"));
    // What is named as an archive is one, unless it holds nothing but another of its kind.
    let stays = package || (extension == "zip" && !meant("zip"));
    if stays {
        return Ok(bytes);
    }
    let [one] = files.as_slice() else {
        return if PACKAGES.contains(&extension.as_str()) {
            Ok(bytes)
        } else {
            Err(refused(
                name,
                &format!("là tệp nén có {} tệp bên trong, phải đúng một", files.len()),
                &format!("is an archive of {} files instead of one", files.len()),
            ))
        };
    };
    let mut file = archive.by_index(*one).map_err(broken)?;
    if file.enclosed_name().is_none() {
        return Err(refused(
            name,
            "chứa tệp có đường dẫn ra ngoài",
            "holds a file whose path leads out of it",
        ));
    }
    let mut content = Vec::new();
    // What the archive says of its size is not believed.
    file.by_ref()
        .take(MAX_FILE + 1)
        .read_to_end(&mut content)
        .map_err(|_| refused(name, "là tệp nén bị hỏng", "is a broken archive"))?;
    if content.len() as u64 > MAX_FILE {
        return Err(refused(
            name,
            &format!("lớn hơn {} MB sau khi giải nén", MAX_FILE >> 20),
            &format!("is larger than {} MB when unpacked", MAX_FILE >> 20),
        ));
    }
    Ok(content)
}

fn refused(name: &str, vi: &str, en: &str) -> Vec<Remark> {
    vec![Remark::new(
        "Attachment",
        format!("Tệp đính kèm {name}: {vi}."),
        format!("Attachment {name}: {en}."),
    )]
}
