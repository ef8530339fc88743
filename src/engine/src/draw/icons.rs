//! The signs inside events, tasks and gateways, in a box of 24 × 24.

use super::canvas::{Canvas, INK, PAPER, Style};
use super::scene::Point;

const ENVELOPE: &str = "M2 5h20v14H2z";
const FLAP: &str = "M2 5l10 8 10-8";
const CLOCK: &str = "M12 5v7l5 2M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2";
const SIGNAL: &str = "M12 3l10 17H2z";
const ERROR: &str = "M3 21L8 5l6 8 6-10-5 18-6-8z";
const ESCALATION: &str = "M12 2l7 20-7-9-7 9z";
const CONDITION: &str = "M5 3h14v18H5zM7.5 7h9M7.5 10.5h9M7.5 14h9M7.5 17.5h9";
const LINK: &str = "M2 9h11V4.5L22 12l-9 7.5V15H2z";
const COMPENSATION: &str = "M12 5v14L2 12zM22 5v14l-10-7z";
const CANCEL: &str = "M5 3l7 7 7-7 2 2-7 7 7 7-2 2-7-7-7 7-2-2 7-7-7-7z";
const PENTAGON: &str = "M12 2l10 7.5-4 12H6l-4-12z";
const PLUS: &str = "M9.5 2h5v7.5H22v5h-7.5V22h-5v-7.5H2v-5h7.5z";
const PERSON: &str = "M12 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9zM3 22v-3c0-4 4-5.5 9-5.5s9 1.5 9 5.5v3zM7.5 22v-3M16.5 22v-3";
const SCRIPT: &str =
    "M7 2h14c-4 4-4 6-1 10s2 6-2 10H4c4-4 4-6 1-10s-2-6 2-10zM8 7h8M7.5 12h8M9 17h8";
const HAND: &str = "M2 10l7-6.5h5a1.5 1.5 0 0 1 0 3h-3.5M10 6.5h10.5a1.6 1.6 0 0 1 0 3.3H12M12 9.8h9.5a1.6 1.6 0 0 1 0 3.3H12M12 13.1h8.5a1.6 1.6 0 0 1 0 3.3H12M12 16.4h6.5a1.6 1.6 0 0 1 0 3.3H7c-3 0-5-1.5-5-4.5z";
const TABLE: &str = "M2 4h20v16H2zM2 14.5h20M8 9v11";
const TABLE_HEAD: &str = "M2 4h20v5H2z";
const GEAR: &str = "M10.2 2h3.6l.6 2.8 1.7.7 2.4-1.6 2.6 2.6-1.6 2.4.7 1.7 2.8.6v3.6l-2.8.6-.7 1.7 1.6 2.4-2.6 2.6-2.4-1.6-1.7.7-.6 2.8h-3.6l-.6-2.8-1.7-.7-2.4 1.6-2.6-2.6 1.6-2.4-.7-1.7L1 14.8v-3.6l2.8-.6.7-1.7-1.6-2.4 2.6-2.6 2.4 1.6 1.7-.7zM12 9.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7z";

/// The sign of an event definition; filled where the event throws.
pub fn event(canvas: &mut Canvas, family: &str, throws: bool, at: Point, size: f64) {
    let style = if throws {
        Style::solid()
    } else {
        Style::area(1.2)
    };
    match family {
        "message" => envelope(canvas, throws, at, size),
        "timer" => {
            let center = Point {
                x: at.x + size / 2.0,
                y: at.y + size / 2.0,
            };
            canvas.circle(center, size * 0.46, Style::area(1.2));
            canvas.path(CLOCK, at, size, Style::line(1.2));
        }
        "conditional" => canvas.path(CONDITION, at, size, Style::area(1.0)),
        "terminate" => {
            let center = Point {
                x: at.x + size / 2.0,
                y: at.y + size / 2.0,
            };
            canvas.circle(center, size * 0.48, Style::solid());
        }
        _ => {
            let d = match family {
                "signal" => SIGNAL,
                "error" => ERROR,
                "escalation" => ESCALATION,
                "link" => LINK,
                "compensate" => COMPENSATION,
                "cancel" => CANCEL,
                "parallel" => PLUS,
                _ => PENTAGON,
            };
            canvas.path(d, at, size, style);
        }
    }
}

pub fn envelope(canvas: &mut Canvas, filled: bool, at: Point, size: f64) {
    if filled {
        canvas.path(ENVELOPE, at, size, Style::solid());
        canvas.path(
            FLAP,
            at,
            size,
            Style {
                stroke: PAPER,
                fill: "none",
                width: 1.3,
                dash: "",
            },
        );
    } else {
        canvas.path(ENVELOPE, at, size, Style::area(1.2));
        canvas.path(FLAP, at, size, Style::line(1.2));
    }
}

/// The sign in the corner of a task.
pub fn task(canvas: &mut Canvas, tag: &str, at: Point) {
    let size = 18.0;
    match tag {
        "userTask" => canvas.path(PERSON, at, size, Style::line(1.1)),
        "serviceTask" => canvas.path(GEAR, at, size, Style::line(1.0)),
        "scriptTask" => canvas.path(SCRIPT, at, size, Style::line(1.0)),
        "manualTask" => canvas.path(HAND, at, size, Style::line(1.0)),
        "sendTask" => envelope(canvas, true, at, size),
        "receiveTask" => envelope(canvas, false, at, size),
        "businessRuleTask" => {
            canvas.path(TABLE, at, size, Style::line(1.0));
            canvas.path(
                TABLE_HEAD,
                at,
                size,
                Style {
                    stroke: INK,
                    fill: INK,
                    width: 1.0,
                    dash: "",
                },
            );
        }
        _ => {}
    }
}

/// The sign in a gateway's diamond.
pub fn gateway(canvas: &mut Canvas, sign: Gateway, center: Point, radius: f64) {
    let at = |half: f64| Point {
        x: center.x - half,
        y: center.y - half,
    };
    let thick = Style::line((radius * 0.13).clamp(1.5, 4.0));
    match sign {
        Gateway::Cross => canvas.path(
            "M7 5l10 14M17 5L7 19",
            at(radius * 0.6),
            radius * 1.2,
            thick,
        ),
        Gateway::Plus => canvas.path("M12 3v18M3 12h18", at(radius * 0.6), radius * 1.2, thick),
        Gateway::Star => {
            canvas.path(
                "M12 2v20M2 12h20M5 5l14 14M19 5L5 19",
                at(radius * 0.6),
                radius * 1.2,
                thick,
            );
        }
        Gateway::Circle => canvas.circle(center, radius * 0.48, thick),
        Gateway::Event { start, parallel } => {
            canvas.circle(center, radius * 0.56, Style::line(1.0));
            if !start {
                canvas.circle(center, radius * 0.46, Style::line(1.0));
            }
            let d = if parallel { PLUS } else { PENTAGON };
            canvas.path(d, at(radius * 0.3), radius * 0.6, Style::line(1.1));
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    Cross,
    Plus,
    Star,
    Circle,
    Event { start: bool, parallel: bool },
}

/// The signs along the lower edge of an activity.
pub fn marker(canvas: &mut Canvas, name: &str, at: Point, size: f64) {
    let d = match name {
        "loop" => "M15.5 20.5A9 9 0 1 0 8 20M8 20.5l-5.5.5M8 20.5L7 15",
        "parallel" => "M6 3v18M12 3v18M18 3v18",
        "sequential" => "M3 6h18M3 12h18M3 18h18",
        "adhoc" => "M2.5 15.5c2.5-7 6-7 9.5-3.5s7 3.5 9.5-3.5",
        "collapsed" => "M2 2h20v20H2zM12 6v12M6 12h12",
        _ => COMPENSATION,
    };
    let width = if matches!(name, "parallel" | "sequential" | "adhoc") {
        2.2
    } else {
        1.3
    };
    canvas.path(d, at, size, Style::line(width));
}
