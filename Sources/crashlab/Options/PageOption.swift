import ArgumentParser
import CrashLab
import CrashLabPages

/// A page beside the report.
struct PageOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write a page that a browser shows, besides ('-': standard output).", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  /// Whether the page is all that standard output gets.
  var replacesReport: Bool { html == "-" }

  /// Tries the file before the work begins.
  func prepare() throws {
    if let html { try checkWritable(html) }
  }

  /// Writes the page, if one was asked for.
  func write(_ page: @autoclosure () throws -> String) throws {
    if let html { try writeWhole(page(), to: html) }
  }
}

extension RunHeading {
  /// Of what this command tells now.
  static var ofThisCommand: RunHeading {
    RunHeading(date: RunFolder.now(), command: RunFolder.ownCommandLine)
  }
}
