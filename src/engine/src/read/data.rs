//! Data: objects, properties, and the associations that copy values into and out of activities.

use std::collections::HashMap;

use roxmltree::Node as Xml;

use super::process::id_of;
use super::{CAMUNDA_FAMILY, File, Reader, ZEEBE, child, children, extensions, local, text};
use crate::expr::Expr;
use crate::model::{Mapping, MappingSource, Name, Process};
use crate::xml::TK;

impl Reader {
    pub(super) fn data(
        &mut self,
        process: &mut Process,
        at: &Xml,
        parent: Option<usize>,
        container: &Xml,
    ) {
        let id = id_of(at);
        let name = match at.attribute("dataObjectRef") {
            Some(reference) => {
                let object = container
                    .descendants()
                    .find(|node| node.attribute("id") == Some(local(reference)));
                object.map_or_else(
                    || variable_name(at, &id),
                    |object| variable_name(&object, local(reference)),
                )
            }
            None => variable_name(at, &id),
        };
        let declares = match parent {
            Some(parent) => &mut process.nodes[parent].declares,
            None => &mut process.declares,
        };
        if !declares.contains(&name) {
            declares.push(name.clone());
        }
        process.data_names.insert(id, name);
    }

    /// The data associations and vendors' mappings of an activity or a throwing event.
    pub(super) fn mappings(&mut self, file: &File, process: &mut Process, index: usize, at: &Xml) {
        let mut names: HashMap<Name, String> = HashMap::new();
        let specification = child(at, "ioSpecification");
        let parts = specification
            .iter()
            .flat_map(roxmltree::Node::children)
            .chain(at.children());
        for part in parts.filter(|part| {
            part.is_element() && matches!(part.tag_name().name(), "dataInput" | "dataOutput")
        }) {
            let id = id_of(&part);
            names.insert(id.clone(), variable_name(&part, &id));
        }
        let executable = process.executable;
        let known = process.data_names.clone();
        let name = |reference: &str| {
            let reference = local(reference);
            names
                .get(reference)
                .or_else(|| known.get(reference))
                .cloned()
                .unwrap_or_else(|| reference.to_owned())
        };
        let mut inputs = Vec::new();
        let mut outputs = Vec::new();
        for (tag, list) in [
            ("dataInputAssociation", &mut inputs),
            ("dataOutputAssociation", &mut outputs),
        ] {
            for association in children(at, tag) {
                self.association(file, &association, executable, &name, list);
            }
        }
        self.vendor_mappings(file, at, executable, &mut inputs, &mut outputs);
        let node = &mut process.nodes[index];
        node.inputs = inputs;
        node.outputs = outputs;
        if matches!(node.kind, crate::model::Kind::SubProcess(_)) {
            node.declares.extend(names.into_values());
        }
    }

    fn association(
        &mut self,
        file: &File,
        at: &Xml,
        executable: bool,
        name: &impl Fn(&str) -> String,
        list: &mut Vec<Mapping>,
    ) {
        let assignments: Vec<Xml> = children(at, "assignment").collect();
        for assignment in &assignments {
            let (Some(from), Some(to)) = (child(assignment, "from"), child(assignment, "to"))
            else {
                continue;
            };
            let source = text(&from);
            if source.is_empty() {
                continue;
            }
            let expr = self.expression(file, &from, &source, executable);
            list.push(Mapping {
                source: MappingSource::Expr(expr),
                target: name(crate::expr::strip(&text(&to))),
            });
        }
        let Some(target) = child(at, "targetRef").map(|target| name(&text(&target))) else {
            return;
        };
        if let Some(transformation) = child(at, "transformation")
            && let source = text(&transformation)
            && !source.is_empty()
        {
            let expr = self.expression(file, &transformation, &source, executable);
            list.push(Mapping {
                source: MappingSource::Expr(expr),
                target,
            });
        } else if assignments.is_empty()
            && let Some(source) = child(at, "sourceRef")
        {
            list.push(Mapping {
                source: MappingSource::Name(name(&text(&source))),
                target,
            });
        }
    }
}

impl Reader {
    fn vendor_mappings(
        &mut self,
        file: &File,
        at: &Xml,
        executable: bool,
        inputs: &mut Vec<Mapping>,
        outputs: &mut Vec<Mapping>,
    ) {
        for element in extensions(at) {
            let list = match element.tag_name().name() {
                "in" | "input" | "inputParameter" => &mut *inputs,
                "out" | "output" | "outputParameter" => &mut *outputs,
                _ => continue,
            };
            list.extend(self.vendor_mapping(file, &element, executable));
        }
    }

    fn vendor_mapping(&mut self, file: &File, element: &Xml, executable: bool) -> Option<Mapping> {
        let namespace = element.tag_name().namespace()?;
        let camunda = CAMUNDA_FAMILY.contains(&namespace);
        let tag = element.tag_name().name();
        if (namespace == TK || camunda) && matches!(tag, "in" | "out") {
            return self.copied(file, element, executable);
        }
        let (source, target) = if camunda && tag.ends_with("Parameter") {
            (text(element), element.attribute("name")?)
        } else if namespace == ZEEBE {
            let source = element.attribute("source")?.to_owned();
            (source, element.attribute("target")?)
        } else {
            return None;
        };
        Some(Mapping {
            source: self.value(file, element, &source, executable),
            target: target.to_owned(),
        })
    }

    fn copied(&mut self, file: &File, element: &Xml, executable: bool) -> Option<Mapping> {
        if element.attribute("variables") == Some("all") {
            return Some(Mapping {
                source: MappingSource::All,
                target: String::new(),
            });
        }
        let target = element.attribute("target")?.to_owned();
        let source = match (
            element.attribute("source"),
            element.attribute("sourceExpression"),
        ) {
            (Some(source), _) if Expr::new(source).names() == [source] => {
                MappingSource::Name(source.to_owned())
            }
            (Some(source), _) | (None, Some(source)) => {
                MappingSource::Expr(self.expression(file, element, source, executable))
            }
            (None, None) => return None,
        };
        Some(Mapping { source, target })
    }

    /// An expression in its wrapping, or else the text itself.
    fn value(&mut self, file: &File, at: &Xml, source: &str, executable: bool) -> MappingSource {
        if source.starts_with('=') || source.starts_with("${") || source.starts_with("#{") {
            MappingSource::Expr(self.expression(file, at, source, executable))
        } else {
            MappingSource::Literal(serde_json::Value::from(source))
        }
    }
}

/// The name under which expressions can see a data item: its name where that is an identifier, else its id.
fn variable_name(at: &Xml, id: &str) -> String {
    let name = at.attribute("name").unwrap_or_default().trim();
    let mut letters = name.chars();
    let identifier = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if identifier {
        name.to_owned()
    } else {
        id.to_owned()
    }
}
