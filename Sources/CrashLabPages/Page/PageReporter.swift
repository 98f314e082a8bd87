public import CrashLab

/// One self-contained HTML file for a whole run: no network, readable without scripts.
public struct PageReporter: Reporter {
  private let path: String
  private var page: RunPage

  /// - Parameters:
  ///   - path: the file; `-` is standard output.
  ///   - catalogue: tells folders, summaries and expectations, and what was not run.
  public init(path: String, machine: Machine, catalogue: CaseCollection) {
    self.path = path
    self.page = RunPage(machine: machine, catalogue: catalogue)
  }

  public mutating func trial(_ report: TrialReport) { page.add(report) }

  public mutating func end(duration: Double) throws {
    try writeWhole(page.html(duration: duration), to: path)
  }
}
