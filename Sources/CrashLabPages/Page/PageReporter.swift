package import CrashLab
internal import CrashLabText

/// One self-contained HTML file for a whole run: no network, readable without scripts.
package struct PageReporter: Reporter {
  private var page: RunPage

  /// - Parameter catalogue: tells folders, summaries and expectations.
  package init(machine: Machine, catalogue: CaseCollection, heading: RunHeading) {
    self.page = RunPage(machine: machine, catalogue: catalogue, heading: heading)
  }

  package mutating func trial(_ report: TrialReport) -> String {
    page.add(report)
    return ""
  }

  package mutating func end(duration: Double) -> String {
    page.html(duration: duration)
  }
}
