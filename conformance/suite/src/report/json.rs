//! The report for programs: a [`RunReport`] as it is, in one piece when the run ended.

use crate::report::{Event, Exchanges, Format, RunReport, Style};
use crate::visible::Page;

/// For programs.
pub const JSON: Format = Format {
    name: "json",
    about: "One document, when the run ended",
    file: Some("Writes the results as JSON to this file too"),
    exchanges: Exchanges::All,
    write: |event, _: Style| match event {
        Event::RunEnded(report) => json(report),
        Event::RunBegan(_)
        | Event::CaseBegan { .. }
        | Event::Finding { .. }
        | Event::CaseEnded { .. }
        | Event::FamilyEnded { .. } => Page::new(),
    },
};

fn json(report: &RunReport) -> Page {
    // By way of a value, whose members have one order for good.
    Page::json(&serde_json::to_value(report).expect("its keys are texts"))
}
