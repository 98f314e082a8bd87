package import CrashLabModel

/// One JSON object for the whole run: schema 1. Each trial is written as soon as it is there, so
/// that a long run needs no more memory than a short one.
package struct JSONReporter: Reporter {
  private let machine: Machine
  private var summary = RunReport.Summary()
  private var hasBegun = false

  package init(machine: Machine) {
    self.machine = machine
  }

  package mutating func trial(_ report: TrialReport) throws -> String {
    let opening = try begin()
    summary.add(report.verdict)
    return (opening.isEmpty ? ",\n" : opening + "\n") + "    "
      + (try JSON.text(of: report, indentedBy: 4))
  }

  package mutating func end(duration: Double) throws -> String {
    let opening = try begin()
    summary.duration = duration
    let sum = try JSON.text(of: summary, indentedBy: 2)
    return opening + "\n  ],\n  \"summary\" : \(sum)\n}\n"
  }

  /// What stands before the trials; empty if it was written already.
  private mutating func begin() throws -> String {
    if hasBegun { return "" }
    hasBegun = true
    let machine = try JSON.text(of: machine, indentedBy: 2)
    return "{\n  \"schemaVersion\" : \(RunReport.schemaVersion),\n  \"machine\" : \(machine),\n"
      + "  \"trials\" : ["
  }
}
