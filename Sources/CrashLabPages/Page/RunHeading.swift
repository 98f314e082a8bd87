internal import CrashLabText

/// What stands at the head of a page: when and with which command it was made.
package struct RunHeading: Sendable {
  private var rows: [(name: String, value: String)] = []

  /// - Parameters:
  ///   - date: local time of the start; nil if that is not known.
  ///   - run: the name of the run's folder; nil if nothing was kept.
  ///   - command: the command line, as a shell reads it; nil if that is not known.
  package init(date: String? = nil, run: String? = nil, command: String? = nil) {
    for (name, value) in [("date", date), ("run", run), ("command", command)] {
      if let value { rows.append((name, shortened(value, to: 1000))) }
    }
  }

  var values: [Values] {
    rows.map { ["name": $0.name, "value": $0.value, "isCommand": $0.name == "command"] }
  }
}
