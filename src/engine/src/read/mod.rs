//! Reading BPMN 2.0 XML into definitions. All problems are reported at once.

mod activity;
mod data;
mod event;
mod process;

use std::collections::{BTreeSet, HashMap};

use roxmltree::{Document, Node as Xml};
use sha2::{Digest, Sha256};

use crate::expr::Expr;
use crate::finding::{Finding, Severity};
use crate::model::Definitions;
use crate::xml::{self, BPMN, TK};

/// The engines of one family whose attributes have the same names.
const CAMUNDA_FAMILY: [&str; 4] = [
    "http://camunda.org/schema/1.0/bpmn",
    "http://operaton.org/schema/1.0/bpmn",
    "http://flowable.org/bpmn",
    "http://activiti.org/bpmn",
];
/// Other engines whose expressions and scripts are their own language.
const OTHER_ENGINES: [&str; 3] = [
    "http://www.jboss.org/drools",
    "http://spiffworkflow.org/bpmn/schema/1.0/core",
    "http://processmaker.com/BPMN/2.0/Schema.xsd",
];
pub(crate) const ZEEBE: &str = "http://camunda.org/schema/zeebe/1.0";

/// Reads the files of one workflow together: call activities may name processes of any of them.
///
/// # Errors
/// Every problem that keeps a file from being run, and the warnings with them.
pub fn read(files: &[(&str, &[u8])]) -> Result<Definitions, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut hash = Sha256::new();
    let mut texts = Vec::new();
    for (name, bytes) in files {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
        match xml::decode(name, bytes) {
            Ok(text) => texts.push((*name, text)),
            Err(finding) => findings.push(finding),
        }
    }
    let mut documents = Vec::new();
    for (name, text) in &texts {
        match xml::parse(name, text) {
            Ok(document) => documents.push((*name, document)),
            Err(finding) => findings.push(finding),
        }
    }
    let mut reader = Reader {
        findings,
        ..Reader::default()
    };
    for (name, document) in &documents {
        reader.findings.extend(crate::check::lint(name, document));
        reader.file(name, document);
    }
    let failed = reader
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    if failed {
        return Err(reader.findings);
    }
    let digest = hash.finalize();
    let by_id = reader
        .processes
        .iter()
        .enumerate()
        .rev()
        .map(|(index, process)| (process.id.clone(), index))
        .collect();
    Ok(Definitions {
        hash: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        processes: reader.processes,
        by_id,
        findings: reader.findings,
        held: BTreeSet::new(),
    })
}

#[derive(Default)]
struct Reader {
    findings: Vec<Finding>,
    processes: Vec<crate::model::Process>,
}

/// What one file has outside of its processes.
struct File<'d, 'x> {
    name: &'d str,
    lines: xml::Lines<'d>,
    /// Elements right under `definitions`, by id.
    roots: HashMap<&'d str, Xml<'d, 'x>>,
    /// Ids of events and tasks that message flows touch, with the message they carry.
    message_flows: HashMap<&'d str, String>,
    /// The language of expressions that are not CEL, where the file says which or was written for another engine.
    language: Option<&'d str>,
}

impl Reader {
    fn file(&mut self, name: &str, document: &Document) {
        let root = document.root_element();
        let mut file = File {
            name,
            lines: xml::Lines::of(document.input_text()),
            roots: HashMap::new(),
            message_flows: HashMap::new(),
            language: language(&root),
        };
        if !root.has_tag_name((BPMN, "definitions")) {
            // The check of the file has said so.
            return;
        }
        for child in root.children().filter(|child| is_bpmn(child)) {
            if let Some(id) = child.attribute("id") {
                file.roots.entry(id).or_insert(child);
            }
        }
        for flow in root
            .children()
            .filter(|child| is_bpmn(child) && child.tag_name().name() == "collaboration")
            .flat_map(|c| c.children())
        {
            if !is_bpmn(&flow) || flow.tag_name().name() != "messageFlow" {
                continue;
            }
            let message = flow
                .attribute("messageRef")
                .and_then(|message| file.named(message));
            let message = message
                .or_else(|| flow.attribute("id").map(str::to_owned))
                .unwrap_or_default();
            for end in ["sourceRef", "targetRef"] {
                if let Some(end) = flow.attribute(end) {
                    file.message_flows
                        .entry(local(end))
                        .or_insert_with(|| message.clone());
                }
            }
        }
        for child in root.children().filter(|child| is_bpmn(child)) {
            match child.tag_name().name() {
                "process" => self.process(&file, &child),
                "globalTask"
                | "globalUserTask"
                | "globalManualTask"
                | "globalScriptTask"
                | "globalBusinessRuleTask" => self.global_task(&file, &child),
                _ => {}
            }
        }
    }

    fn report(
        &mut self,
        file: &File,
        at: &Xml,
        severity: Severity,
        rule: &str,
        message: &str,
        message_vi: &str,
    ) {
        let (line, column) = file.lines.place(at.range().start);
        let element = at
            .attribute("id")
            .unwrap_or_else(|| at.tag_name().name())
            .to_owned();
        self.findings.push(Finding {
            file: file.name.to_owned(),
            line,
            column,
            element,
            severity,
            rule: rule.to_owned(),
            message: message.to_owned(),
            message_vi: message_vi.to_owned(),
        });
    }

    /// An expression. What does not compile is an error where the process is to be executed; in a drawing for people only
    /// it is a note, and an incident if it is run all the same.
    fn expression(&mut self, file: &File, at: &Xml, text: &str, executable: bool) -> Expr {
        let expr = Expr::new(text);
        let Some(problem) = expr.problem().map(str::to_owned) else {
            return expr;
        };
        let own = at.attribute("language").filter(|own| !own.is_empty());
        if let Some(language) = own.or(file.language).filter(|name| !is_cel(name)) {
            self.report(
                file,
                at,
                Severity::Warning,
                "expression-language",
                &format!("The expression language '{language}' is not supported; reaching it is an incident."),
                &format!("Ngôn ngữ biểu thức '{language}' không được hỗ trợ; khi chạy đến sẽ thành sự cố."),
            );
            return Expr::foreign(text, language);
        }
        let severity = if executable {
            Severity::Error
        } else {
            Severity::Info
        };
        self.report(
            file,
            at,
            severity,
            "expression",
            &format!(
                "The expression '{}' is not valid CEL: {problem}.",
                expr.source()
            ),
            &format!(
                "Biểu thức '{}' không đúng cú pháp CEL: {problem}.",
                expr.source()
            ),
        );
        expr
    }
}

impl<'d> File<'d, '_> {
    /// The name of a message, signal, error or escalation; its id where it has none.
    fn named(&self, reference: &str) -> Option<String> {
        let root = self.root(reference)?;
        root.attribute("name")
            .filter(|name| !name.trim().is_empty())
            .or_else(|| root.attribute("id"))
            .map(str::to_owned)
    }

    fn root(&self, reference: &str) -> Option<&Xml<'d, '_>> {
        self.roots
            .get(reference)
            .or_else(|| self.roots.get(local(reference)))
    }
}

fn is_bpmn(node: &Xml) -> bool {
    node.is_element() && node.tag_name().namespace() == Some(BPMN)
}

/// The first BPMN child with this tag.
fn child<'a, 'x>(node: &Xml<'a, 'x>, tag: &str) -> Option<Xml<'a, 'x>> {
    node.children()
        .find(|child| is_bpmn(child) && child.tag_name().name() == tag)
}

fn children<'a, 'x: 'a>(
    node: &Xml<'a, 'x>,
    tag: &'static str,
) -> impl Iterator<Item = Xml<'a, 'x>> + use<'a, 'x> {
    node.children()
        .filter(move |child| is_bpmn(child) && child.tag_name().name() == tag)
}

/// Elements of a vendor's namespace inside `extensionElements`.
fn extensions<'a, 'x: 'a>(node: &Xml<'a, 'x>) -> impl Iterator<Item = Xml<'a, 'x>> + use<'a, 'x> {
    children(node, "extensionElements")
        .flat_map(|extension| extension.descendants().skip(1))
        .filter(Xml::is_element)
}

fn extension<'a, 'x: 'a>(node: &Xml<'a, 'x>, namespace: &str, tag: &str) -> Option<Xml<'a, 'x>> {
    extensions(node).find(|element| element.has_tag_name((namespace, tag)))
}

fn is_cel(language: &str) -> bool {
    language.to_ascii_lowercase().contains("cel")
}

/// The language that a file was written in, as far as it tells: its own word, or the namespace of another engine.
fn language<'d>(root: &Xml<'d, '_>) -> Option<&'d str> {
    let declared: Vec<&str> = root.namespaces().map(roxmltree::Namespace::uri).collect();
    if declared.contains(&TK) {
        return None;
    }
    let engine = || {
        CAMUNDA_FAMILY
            .into_iter()
            .chain([ZEEBE])
            .chain(OTHER_ENGINES)
            .find(|name| declared.contains(name))
    };
    root.attribute("expressionLanguage")
        .filter(|language| !language.trim().is_empty() && !is_cel(language))
        .or_else(engine)
}

/// An attribute of the Camunda family.
fn vendor<'a>(node: &Xml<'a, '_>, name: &str) -> Option<&'a str> {
    CAMUNDA_FAMILY
        .iter()
        .find_map(|namespace| node.attribute((*namespace, name)))
}

fn tk<'a>(node: &Xml<'a, '_>, name: &str) -> Option<&'a str> {
    node.attribute((TK, name))
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

/// All text inside, CDATA included.
fn text(node: &Xml) -> String {
    node.descendants()
        .filter(Xml::is_text)
        .filter_map(|part| part.text())
        .collect::<String>()
        .trim()
        .to_owned()
}

/// A reference without its namespace prefix.
fn local(reference: &str) -> &str {
    let reference = reference.trim();
    reference
        .rsplit_once(':')
        .map_or(reference, |(_, name)| name)
}

fn flag(node: &Xml, name: &str, default: bool) -> bool {
    node.attribute(name)
        .map_or(default, |value| matches!(value.trim(), "true" | "1"))
}
