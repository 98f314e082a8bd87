import ArgumentParser
import Catalogue
import CrashLab
import CrashLabText

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what a case teaches, with the addresses as they are measured now.")

  @Argument(help: "The case's name.", completion: .cases) var name: String

  func validate() throws {
    if catalogue[name] == nil {
      throw ValidationError(unknown("case", name, near: catalogue.suggestions(for: name)))
    }
  }

  func run() throws {
    guard let crashCase = catalogue[name] else { return }
    let output = Output.standard
    let theme = Theme.suited(to: output)
    var text = "\(crashCase.name): \(crashCase.summary)\n\n"
    text += wrapped(crashCase.lesson, to: min(output.width, 80)) + "\n\n"
    text += "expected: \(crashCase.expectation.inWords)\n"
    try output.write(text)
    let laboratory = try Laboratory(options: .init())
    try laboratory.run([PlannedTrial(crashCase)]) {
      try output.write(ExplainCommand.measured(TrialReport($0), theme: theme))
    }
  }

  private static func measured(_ report: TrialReport, theme: Theme) -> String {
    var text = "measured: \(report.summary)\n"
    let drawings =
      report.faults.compactMap { AddressDrawing($0) }
      + report.corruption.compactMap { AddressDrawing($0) }
    for drawing in drawings { text += "\n\(drawing.text(theme: theme))" }
    return text
  }
}
