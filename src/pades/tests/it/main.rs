//! The crate from outside: one module per question.

mod outside_tools;
mod paper;
mod signing;
mod tampering;
mod verifying;
