//! The crate from outside: one module per question.

mod attacker;
mod binding;
mod chains;
mod foreign;
mod key_files;
mod long_term;
mod many;
mod outside_tools;
mod paper;
mod revoking;
mod signing;
mod stamping;
mod tampering;
mod verifying;
