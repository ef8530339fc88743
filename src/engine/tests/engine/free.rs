//! Random models without blocks: any node may lead to any later one, some lead back.

use proptest::prelude::*;

use crate::helper::file;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Task,
    Script,
    Exclusive,
    Parallel,
    Inclusive,
    Complex,
    Timer,
    Message,
    Race,
    /// A user task inside a sub-process whose second branch ends it with an error when `n` asks for it.
    Sub,
    /// A user task with a timer at its boundary, which leads on too.
    Watched {
        interrupting: bool,
    },
}

impl Kind {
    pub fn tag(self) -> &'static str {
        match self {
            Self::Task | Self::Watched { .. } => "userTask",
            Self::Script => "scriptTask",
            Self::Exclusive => "exclusiveGateway",
            Self::Parallel => "parallelGateway",
            Self::Inclusive => "inclusiveGateway",
            Self::Complex => "complexGateway",
            Self::Timer | Self::Message => "intermediateCatchEvent",
            Self::Race => "eventBasedGateway",
            Self::Sub => "subProcess",
        }
    }

    fn chooses(self) -> bool {
        matches!(self, Self::Exclusive | Self::Inclusive)
    }
}

/// Node 0 follows the start event; every other node has the earlier nodes `from` before it.
#[derive(Debug, Clone)]
pub struct Free {
    pub nodes: Vec<Kind>,
    from: Vec<Vec<usize>>,
    /// From an exclusive gateway back to a task.
    back: Vec<(usize, usize)>,
}

/// Models of these kinds; with `loops`, some flows lead back.
pub fn free(kinds: &'static [Kind], loops: bool) -> impl Strategy<Value = Free> {
    let node = (0..kinds.len(), prop::collection::vec(any::<usize>(), 1..=3));
    let back = prop::collection::vec((any::<usize>(), any::<usize>()), 0..=3);
    (prop::collection::vec(node, 2..12), back).prop_map(move |(picked, back)| {
        let nodes: Vec<Kind> = picked.iter().map(|(kind, _)| kinds[*kind]).collect();
        let from = picked
            .iter()
            .enumerate()
            .map(|(at, (_, picks))| {
                let mut from: Vec<usize> = picks
                    .iter()
                    .filter_map(|pick| pick.checked_rem(at))
                    .collect();
                from.sort_unstable();
                from.dedup();
                from
            })
            .collect();
        let all = |kind: Kind| -> Vec<usize> {
            (0..nodes.len()).filter(|at| nodes[*at] == kind).collect()
        };
        let (gateways, tasks) = (all(Kind::Exclusive), all(Kind::Task));
        let back = back
            .iter()
            .filter(|_| loops && !gateways.is_empty() && !tasks.is_empty())
            .map(|(from, to)| (gateways[from % gateways.len()], tasks[to % tasks.len()]))
            .filter(|(from, to)| to <= from)
            .collect();
        Free { nodes, from, back }
    })
}

impl Free {
    /// A model with these flows, each from an earlier node to a later one, ordered by where they lead.
    pub fn new(nodes: &[Kind], flows: &[(usize, usize)]) -> Self {
        let before = |at| {
            flows
                .iter()
                .filter(|flow| flow.1 == at)
                .map(|flow| flow.0)
                .collect()
        };
        Self {
            nodes: nodes.to_vec(),
            from: (0..nodes.len()).map(before).collect(),
            back: Vec::new(),
        }
    }

    /// Whether a node of this kind has several flows in.
    pub fn joins(&self, kind: Kind) -> bool {
        let flows = self.flows();
        (0..self.nodes.len()).any(|at| {
            self.nodes[at] == kind && flows.iter().filter(|flow| flow.1 == at).count() > 1
        })
    }

    /// The flows, with their conditions; the last flow out of a choosing gateway is its default.
    pub fn flows(&self) -> Vec<(usize, usize)> {
        let forward = self
            .from
            .iter()
            .enumerate()
            .flat_map(|(to, from)| from.iter().map(move |from| (*from, to)));
        self.back.iter().copied().chain(forward).collect()
    }

    /// Nodes that nothing leads out of.
    fn last(&self) -> Vec<usize> {
        let flows = self.flows();
        (0..self.nodes.len())
            .filter(|at| flows.iter().all(|(from, _)| from != at))
            .collect()
    }

    /// What the flows out of a node begin at: behind an event-based gateway come events only.
    fn exit(&self, at: usize) -> String {
        match self.nodes[at] {
            Kind::Race => format!("m{at}"),
            _ => format!("n{at}"),
        }
    }

    pub fn xml(&self) -> String {
        let flows = self.flows();
        let mut xml =
            r#"<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="n0"/>"#.to_owned();
        for at in self.last() {
            xml += &format!(
                r#"<endEvent id="e{at}"/><sequenceFlow id="fe{at}" sourceRef="{}" targetRef="e{at}"/>"#,
                self.exit(at)
            );
        }
        for (at, kind) in self.nodes.iter().enumerate() {
            let out: Vec<usize> = (0..flows.len())
                .filter(|flow| flows[*flow].0 == at)
                .collect();
            let default = match out.last() {
                Some(last) if kind.chooses() && out.len() > 1 => format!(r#" default="f{last}""#),
                _ => String::new(),
            };
            xml += &node(at, *kind, &default);
            for (place, flow) in out.iter().enumerate() {
                let condition = if kind.chooses() && place + 1 < out.len() {
                    format!(
                        "<conditionExpression>(n + {place}) % {} == 0</conditionExpression>",
                        2 + (at + place) % 2
                    )
                } else {
                    String::new()
                };
                let from = self.exit(at);
                xml += &format!(
                    r#"<sequenceFlow id="f{flow}" sourceRef="{from}" targetRef="n{}">{condition}</sequenceFlow>"#,
                    flows[*flow].1
                );
                if let Kind::Watched { .. } = kind {
                    xml += &format!(
                        r#"<sequenceFlow id="w{flow}" sourceRef="b{at}" targetRef="n{}"/>"#,
                        flows[*flow].1
                    );
                }
            }
        }
        file(
            r#"<message id="m" name="m"/><error id="err" errorCode="E"/>"#,
            &xml,
        )
    }
}

fn node(at: usize, kind: Kind, attributes: &str) -> String {
    const MINUTE: &str =
        "<timerEventDefinition><timeDuration>PT1M</timeDuration></timerEventDefinition>";
    let message = r#"<messageEventDefinition messageRef="m"/>"#;
    let tag = kind.tag();
    let inner = match kind {
        Kind::Script => "<script>n = n + 1</script>".to_owned(),
        Kind::Complex => {
            "<activationCondition>activationCount >= 1</activationCondition>".to_owned()
        }
        Kind::Timer => MINUTE.to_owned(),
        Kind::Message => message.to_owned(),
        Kind::Sub => format!(
            r#"<startEvent id="s{at}"/><userTask id="u{at}"/><exclusiveGateway id="x{at}" default="ok{at}"/><endEvent id="ok_{at}"/><endEvent id="no_{at}"><errorEventDefinition errorRef="err"/></endEvent>
            <sequenceFlow id="in{at}" sourceRef="s{at}" targetRef="u{at}"/><sequenceFlow id="ux{at}" sourceRef="u{at}" targetRef="x{at}"/><sequenceFlow id="ok{at}" sourceRef="x{at}" targetRef="ok_{at}"/><sequenceFlow id="no{at}" sourceRef="x{at}" targetRef="no_{at}"><conditionExpression>n % 5 == 0</conditionExpression></sequenceFlow>"#
        ),
        _ => String::new(),
    };
    let mut xml = format!(r#"<{tag} id="n{at}"{attributes}>{inner}</{tag}>"#);
    match kind {
        Kind::Sub => {
            xml += &format!(
                r#"<boundaryEvent id="b{at}" attachedToRef="n{at}"><errorEventDefinition errorRef="err"/></boundaryEvent><endEvent id="be{at}"/><sequenceFlow id="bf{at}" sourceRef="b{at}" targetRef="be{at}"/>"#
            );
        }
        Kind::Watched { interrupting } => {
            xml += &format!(
                r#"<boundaryEvent id="b{at}" attachedToRef="n{at}" cancelActivity="{interrupting}">{MINUTE}</boundaryEvent>"#
            );
        }
        Kind::Race => {
            xml += &format!(
                r#"<intermediateCatchEvent id="m{at}">{message}</intermediateCatchEvent><intermediateCatchEvent id="t{at}">{MINUTE}</intermediateCatchEvent><endEvent id="te{at}"/>
                <sequenceFlow id="rm{at}" sourceRef="n{at}" targetRef="m{at}"/><sequenceFlow id="rt{at}" sourceRef="n{at}" targetRef="t{at}"/><sequenceFlow id="rte{at}" sourceRef="t{at}" targetRef="te{at}"/>"#
            );
        }
        _ => {}
    }
    xml
}
