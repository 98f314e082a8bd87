/// One JSON object for the whole run: schema 1. Each trial is written as soon as it is there, so
/// that a long run needs no more memory than a short one.
public struct JSONReporter: Reporter {
  private let output: Output
  private let machine: Machine
  private var summary = RunReport.Summary()
  private var hasBegun = false

  public init(output: Output, machine: Machine) {
    self.output = output
    self.machine = machine
  }

  public mutating func trial(_ report: TrialReport) throws {
    let separator = try begin() ? "\n" : ",\n"
    summary.add(report.verdict)
    try output.write(separator + "    " + JSON.text(of: report, indentedBy: 4))
  }

  public mutating func end(duration: Double) throws {
    _ = try begin()
    summary.duration = duration
    let sum = try JSON.text(of: summary, indentedBy: 2)
    try output.write("\n  ],\n  \"summary\" : \(sum)\n}\n")
  }

  /// Writes what stands before the trials. Returns whether it was still to be written.
  private mutating func begin() throws -> Bool {
    if hasBegun { return false }
    hasBegun = true
    let machine = try JSON.text(of: machine, indentedBy: 2)
    try output.write(
      "{\n  \"schemaVersion\" : \(RunReport.schemaVersion),\n  \"machine\" : \(machine),\n"
        + "  \"trials\" : [")
    return true
  }
}
