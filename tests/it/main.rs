//! The product as a whole: real databases, the real program, real outside tools.

mod access;
mod album;
mod browser;
mod chromium;
mod demo;
mod drafting;
mod first_day;
mod forms;
mod keeping;
mod kill;
mod mail;
mod mail_faults;
mod office;
mod own_workflow;
mod pages;
mod receipt;
mod registers;
mod served;
mod signing;
mod start;
mod tidy;
mod tools;
mod upgrade;
mod visitor;
mod year;
