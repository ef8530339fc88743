//! What the engine does, shown on small processes. Each test's expectation follows from the text of BPMN 2.0.2.

mod activities;
mod commands;
mod conformance;
mod events;
mod explore;
mod free;
mod fuzz;
mod gateways;
mod helper;
mod hostile;
mod journals;
mod lives;
mod migrate;
mod modelers;
mod peers;
mod random;
mod sound;
mod stories;
