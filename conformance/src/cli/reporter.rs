//! Who is told of a run: the ticker, stdout, and the files of `--NAME FILE`, by the table of formats.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use oauth_suite::report::{Event, Exchanges, FORMATS, Format, Layout, Secrets, Sink, Style, Wants};
use oauth_suite::run::RunError;
use oauth_suite::visible::Page;

use super::file::Destination;
use super::printer::Pen;
use super::signals::Signals;
use super::ticker::Ticker;

/// The files that the results are written to besides.
#[derive(Debug, Clone)]
pub(super) struct Files(Vec<(&'static Format, PathBuf)>);

impl FromArgMatches for Files {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let asked = |format: &'static Format| {
            format.file?;
            Some((format, matches.get_one::<PathBuf>(format.name)?.clone()))
        };
        Ok(Self(FORMATS.iter().filter_map(asked).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Files {
    fn augment_args(command: Command) -> Command {
        FORMATS.iter().fold(command, |command, format| match format.file {
            Some(help) => command.arg(
                Arg::new(format.name)
                    .long(format.name)
                    .value_name("FILE")
                    .value_parser(value_parser!(PathBuf))
                    .help(help),
            ),
            None => command,
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The value of `--format`.
pub(super) fn format() -> impl TypedValueParser<Value = &'static Format> {
    let values = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values).try_map(|name| Format::named(&name).ok_or("there is no such format"))
}

/// Results for a file, gathered until the run ended.
pub(super) struct File {
    format: &'static Format,
    destination: Destination,
    page: Page,
}

impl File {
    /// Looks whether each of these files can be written.
    ///
    /// # Errors
    /// When one cannot.
    pub(super) fn check(files: &Files) -> Result<Vec<Self>, RunError> {
        let check = |format: &'static Format, path: &Path| {
            let checked = Destination::of_flag(format.name, path);
            checked.map(|destination| Self { format, destination, page: Page::new() })
        };
        files.0.iter().map(|(format, path)| check(format, path)).collect()
    }
}

/// Tells each of what happens.
pub(super) struct Reporter {
    pub(super) ticker: Ticker,
    pub(super) pen: Pen,
    /// Of stdout.
    pub(super) format: &'static Format,
    pub(super) style: Style,
    pub(super) files: Vec<File>,
    pub(super) secrets: Secrets,
}

impl Reporter {
    /// Writes the files, each whole or not at all.
    ///
    /// # Errors
    /// When one cannot be written.
    pub(super) fn write_files(self, signals: &Signals) -> Result<(), RunError> {
        for File { format, destination, page } in self.files {
            destination.write_for(format.name, &page, signals)?;
        }
        Ok(())
    }
}

impl Sink for Reporter {
    fn wants(&self) -> Wants {
        let formats = self.files.iter().map(|file| file.format).chain([self.format]);
        let exchanges = formats.map(|format| format.exchanges).max().unwrap_or(Exchanges::None);
        Wants { secrets: self.secrets, exchanges }
    }

    fn tell(&mut self, event: &Event<'_>) {
        self.ticker.tell(event);
        let plain = Style { coloured: false, layout: Layout::Whole };
        for file in &mut self.files {
            file.page.append(&(file.format.write)(event, plain));
        }
        let page = (self.format.write)(event, self.style);
        if !page.is_empty() {
            self.pen.results(page);
        }
    }
}
