//! `trinhky exchange`: messages of the national axis (edXML) as files.

use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;
use trinhky_calendar::vn_date;
use trinhky_edxml::{BusinessType, DocumentMessage, Message, Organ, Read, Remark, StatusMessage};

use super::{Format, NO, print_json};

#[derive(Debug, Subcommand)]
pub enum ExchangeCommand {
    /// Read a message, say what it says and what is wrong with it. Example: trinhky exchange check 05-qd-ubnd.edxml
    Check {
        /// The message
        file: PathBuf,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

pub fn run(command: ExchangeCommand) -> anyhow::Result<ExitCode> {
    match command {
        ExchangeCommand::Check { file, format } => check(&file, format),
    }
}

/// What is said of a message in JSON.
#[derive(Serialize)]
struct Checked<'a> {
    valid: bool,
    /// What the reader put up with, or for what it refused the file.
    remarks: Vec<Said<'a>>,
    #[serde(flatten)]
    message: Option<&'a Message>,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct Said<'a> {
    element: &'a str,
    message: &'a str,
    message_vi: &'a str,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    content_type: &'a str,
    bytes: usize,
}

fn check(path: &Path, format: Format) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let result = trinhky_edxml::read(&bytes);
    match format {
        Format::Json => print_json(&checked(&result))?,
        Format::Text => print(&result)?,
    }
    Ok(match result {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(NO),
    })
}

fn checked(result: &Result<Read, Vec<Remark>>) -> Checked<'_> {
    let (remarks, message) = match result {
        Ok(read) => (&read.tolerated, Some(&read.message)),
        Err(remarks) => (remarks, None),
    };
    Checked {
        valid: message.is_some(),
        remarks: remarks
            .iter()
            .map(|remark| Said {
                element: &remark.field,
                message: &remark.en,
                message_vi: &remark.vi,
            })
            .collect(),
        files: match message {
            Some(Message::Document(document)) => document
                .attachments
                .iter()
                .map(|file| File {
                    name: &file.name,
                    content_type: &file.content_type,
                    bytes: file.bytes.len(),
                })
                .collect(),
            _ => Vec::new(),
        },
        message,
    }
}

fn print(result: &Result<Read, Vec<Remark>>) -> std::io::Result<()> {
    let remarks = match result {
        Ok(read) => {
            match &read.message {
                Message::Document(document) => print_document(document)?,
                Message::Status(status) => print_status(status)?,
            }
            &read.tolerated
        }
        Err(remarks) => remarks,
    };
    for remark in remarks {
        writeln!(stdout(), "! {}\n  {}", remark.vi, remark.en)?;
    }
    Ok(())
}

fn print_document(document: &DocumentMessage) -> std::io::Result<()> {
    let kind = match document.business.kind {
        BusinessType::New => "văn bản mới",
        BusinessType::Revoke => "thu hồi",
        BusinessType::Update => "cập nhật",
        BusinessType::Replace => "thay thế",
    };
    let day = document.promulgated_on.map(vn_date).unwrap_or_default();
    line(
        "Nghiệp vụ",
        &format!("{} ({kind})", document.business.kind.code()),
    )?;
    line("Mã văn bản", &document.document_id)?;
    let name = format!("{} {} ngày {day}", document.kind.name, document.code.text());
    line("Văn bản", name.trim())?;
    line("Trích yếu", &document.subject)?;
    line("Nơi gửi", &organ(&document.from))?;
    for to in &document.to {
        line("Nơi nhận", &organ(to))?;
    }
    let signer = [&document.signer.competence, &document.signer.name];
    line("Người ký", &signer.map(String::as_str).join(" "))?;
    line("Lý do", &document.business.reason)?;
    line("Liên quan", &document.business.document_id)?;
    for answered in &document.response_for {
        line("Trả lời", &answered.document_id)?;
    }
    for replaced in &document.business.replaces {
        line("Thay thế", &replaced.document_id)?;
    }
    for file in &document.attachments {
        line("Tệp", &format!("{} ({} byte)", file.name, file.bytes.len()))?;
    }
    Ok(())
}

fn print_status(status: &StatusMessage) -> std::io::Result<()> {
    line("Trạng thái", status.status.code())?;
    line("Nơi gửi", &organ(&status.from))?;
    line("Văn bản", &status.response_for.document_id)?;
    line("Diễn giải", &status.description)?;
    line("Người báo", &status.staff.name)
}

fn organ(organ: &Organ) -> String {
    format!("{} {}", organ.id, organ.name).trim().to_owned()
}

fn line(label: &str, text: &str) -> std::io::Result<()> {
    if text.trim().is_empty() {
        return Ok(());
    }
    writeln!(stdout(), "{label}: {text}")
}
