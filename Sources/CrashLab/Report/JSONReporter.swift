/// One JSON object for the whole run: schema 1.
public struct JSONReporter: Reporter {
  private let output: Output
  private let machine: Machine
  private var trials: [TrialReport] = []

  public init(output: Output, machine: Machine) {
    self.output = output
    self.machine = machine
  }

  public mutating func trial(_ report: TrialReport) { trials.append(report) }

  public mutating func end(duration: Double) throws {
    try output.write(
      JSON.text(of: RunReport(machine: machine, trials: trials, duration: duration)) + "\n")
  }
}
