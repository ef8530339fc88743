//! The house rules that a compiler does not check.

use std::fs;

use super::tools;

/// Names of modules in the order of the map in `src/lib.rs`.
fn map() -> Vec<String> {
    let text = fs::read_to_string(tools::root().join("src/lib.rs")).expect("src/lib.rs");
    text.lines()
        .filter(|line| line.starts_with("//! - "))
        .flat_map(|line| {
            line.split(':')
                .next()
                .unwrap_or_default()
                .split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_module_is_on_the_map() {
    let text = fs::read_to_string(tools::root().join("src/lib.rs")).expect("src/lib.rs");
    let map = map();
    for module in text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "))
        .map(|line| line.trim_end_matches(';'))
    {
        assert!(
            map.iter().any(|known| known == module),
            "`{module}` is missing from the map in src/lib.rs: say in one sentence what it is"
        );
    }
}

#[test]
fn every_service_of_a_shipped_workflow_is_known() {
    for entry in fs::read_dir(tools::root().join("workflows")).expect("workflows") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "bpmn") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a workflow");
        for service in text
            .split("tk:service=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(
                trinhky::worker::SERVICES.contains(&service),
                "{} names the service `{service}`, which nobody does",
                path.display()
            );
        }
        for role in text
            .split("tk:role=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(
                trinhky::people::TASK_ROLES.contains(&role),
                "{} names the role `{role}`, which nobody has",
                path.display()
            );
        }
    }
}
