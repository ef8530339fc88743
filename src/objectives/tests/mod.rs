//! A decision's follow-up on a real database and the real engine, with three units of the sample organisation.

mod corrective;
mod follow_up;
mod import;
mod measures;
mod next_year;
mod obj;
mod pages;
mod regime;
mod report_document;
mod scale;
mod world;
