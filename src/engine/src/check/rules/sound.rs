//! Rules of soundness, and our own.

use super::Rule;
use crate::finding::Severity::{Error, Warning};

pub const RULES: &[Rule] = &[
    Rule {
        id: "unreachable",
        severity: Warning,
        standard: "ours",
        title: "Every element can be reached",
        explanation: "No path from the beginning leads to the element.",
        message: "\"{0}\" can never be reached.",
        message_vi: "\"{0}\" không bao giờ được chạy đến.",
    },
    Rule {
        id: "no-way-to-end",
        severity: Warning,
        standard: "ours",
        title: "Every path can come to its end",
        explanation: "From here the process can only go round for ever.",
        message: "From \"{0}\" the end can never be reached.",
        message_vi: "Từ \"{0}\" không thể đi đến kết thúc.",
    },
    Rule {
        id: "endless-loop",
        severity: Error,
        standard: "ours",
        title: "A loop has a wait or a way out",
        explanation: "The elements of the loop never wait and the loop cannot be left: the engine would run for ever.",
        message: "The loop through \"{0}\" neither waits nor can be left.",
        message_vi: "Vòng lặp qua \"{0}\" không có điểm chờ và không có lối ra.",
    },
    Rule {
        id: "loop-without-wait",
        severity: Warning,
        standard: "ours",
        title: "A loop waits somewhere",
        explanation: "If its condition never changes, a loop of automatic steps runs until the engine stops it.",
        message: "The loop through \"{0}\" never waits for a person, an event or a service.",
        message_vi: "Vòng lặp qua \"{0}\" không chờ người, sự kiện hay dịch vụ nào.",
    },
    Rule {
        id: "join-never-completes",
        severity: Warning,
        standard: "§13.4.1",
        title: "A join can complete",
        explanation: "The paths that a joining gateway waits for cannot all be taken, for example after an exclusive gateway. The process may get stuck there.",
        message: "The gateway \"{0}\" may wait for ever for a path that was not taken.",
        message_vi: "Cổng \"{0}\" có thể chờ mãi một nhánh không được chọn.",
    },
    Rule {
        id: "merge-runs-twice",
        severity: Warning,
        standard: "§13.4.2",
        title: "Parallel paths are joined before they merge",
        explanation: "Two tokens arrive one after the other, and everything behind runs twice. Join them with a parallel gateway.",
        message: "Two parallel paths meet at \"{0}\" without a join; what follows runs more than once.",
        message_vi: "Hai nhánh song song gặp nhau tại \"{0}\" mà không hợp lại; phần sau chạy nhiều lần.",
    },
    Rule {
        id: "unknown-service",
        severity: Error,
        standard: "ours",
        title: "Every service exists",
        explanation: "The name in `tk:service` must be one of the services of this installation.",
        message: "The service \"{0}\" does not exist.{1}",
        message_vi: "Dịch vụ \"{0}\" không tồn tại.{2}",
    },
    Rule {
        id: "unknown-role",
        severity: Warning,
        standard: "ours",
        title: "Every role exists",
        explanation: "The name in `tk:role` should be one of the roles of this installation.",
        message: "The role \"{0}\" does not exist.{1}",
        message_vi: "Vai trò \"{0}\" không tồn tại.{2}",
    },
];
