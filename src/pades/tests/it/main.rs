//! The crate from outside: one module per question.

mod foreign;
mod outside_tools;
mod paper;
mod signing;
mod tampering;
mod verifying;
