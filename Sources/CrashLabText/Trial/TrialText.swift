package import CrashLabModel

/// One report told whole, for a person.
package struct TrialText {
  /// How much is told.
  package enum Detail: Sendable {
    /// What fits a screen.
    case screen
    case usual
    /// All frames of all threads, registers, images.
    case everything
  }

  let theme: Theme
  let width: Int
  let detail: Detail
  let fullNames: Bool

  /// - Parameters:
  ///   - width: columns of a line.
  ///   - fullNames: names are not shortened to fit a line.
  package init(
    theme: Theme, width: Int = 100, detail: Detail = .usual, fullNames: Bool = false
  ) {
    self.theme = theme
    self.width = width
    self.detail = detail
    self.fullNames = fullNames
  }

  package func whole(_ trial: TrialReport, machine: Machine) -> String {
    var text = heading(trial) + "\n"
    for (index, fault) in trial.faults.enumerated() {
      let label = trial.faults.count > 1 ? "fault \(index + 1): " : ""
      text += wrapped(label + fault.headline, with: theme.bad)
      if shared(index, trial) == 0 {
        text += CulpritText(theme: theme, width: width).text(of: fault)
      }
      if let reason = reason(of: fault, isLast: index == trial.faults.count - 1, trial) {
        text += wrapped("  " + printable(reason), with: theme.warning)
      }
      if let missing = fault.handlerOutcome?.missingCode(fault.handler) {
        text += hanging("  missing: ", missing)
      }
    }
    for corruption in trial.corruption {
      text += wrapped(
        "silent corruption: \(corruption.inWords); no fault was raised", with: theme.bad)
    }
    text += wrapped(ending(trial), with: { $0 })
    for (index, fault) in trial.faults.enumerated() {
      guard let unwind = fault.unwind else { continue }
      if trial.faults.count > 1 { text += "\n\(theme.heading("frames of fault \(index + 1)"))" }
      let shared = shared(index, trial)
      text += "\n" + frames(of: unwind.withoutLast(shared))
      if shared > 0 {
        let then = shared < unwind.frameCount ? "then " : ""
        text += theme.faint("…  \(then)the \(grouped(shared)) frames of fault \(index)") + "\n"
      }
      for missing in unwind.missingNames ?? [] { text += hanging("names  ", missing.inWords) }
      if detail != .usual, let source = fault.source,
        !trial.faults.prefix(index).contains(where: { $0.source == source })
      {
        text += "\n" + excerpt(source)
      }
      if detail == .everything { text += registers(of: fault) }
    }
    text += threads(of: trial)
    if detail == .everything { text += images(of: trial) }
    return text + "\n" + facts(trial, machine)
  }

  private func heading(_ trial: TrialReport) -> String {
    let name = trial.case ?? trial.command?.joined(separator: " ") ?? "trial"
    var text = theme.heading(printable(name))
    if trial.attempt > 1 { text += " (attempt \(trial.attempt))" }
    switch trial.verdict {
    case .asExpected: text += "  " + theme.good("as expected")
    case .notAsExpected: text += "  " + theme.bad("not as expected")
    case .skipped: text += "  " + theme.warning("skipped")
    case .laboratoryError: text += "  " + theme.bad("laboratory error")
    case nil: break
    }
    text += "\n"
    for mismatch in trial.mismatches {
      text += "  \(mismatch.what)\n"
      text += "    expected  \(theme.good(printable(mismatch.expected)))\n"
      text += "    saw       \(theme.bad(printable(mismatch.seen)))\n"
    }
    if trial.mismatches.isEmpty, let reason = trial.reason { text += "  \(printable(reason))\n" }
    return text
  }

  /// `the whole process died of SIGSEGV: 4 threads, all stopped; the control process lives`
  private func ending(_ trial: TrialReport) -> String {
    guard let termination = trial.termination else {
      let count = (trial.threads?.count ?? 0) + trial.faults.count
      let threads = count == 1 ? "one thread" : "\(grouped(count)) threads"
      if let fault = trial.faults.last { return "it dies of \(fault.signal), with \(threads)" }
      return count == 0 ? "" : "alive, with \(threads)"
    }
    guard let death = trial.death else {
      return termination.inWords + (trial.wasFiltered ? ": \(TrialText.filter)" : "")
    }
    let control = death.controlProcess.map { "; \($0)" } ?? ""
    guard death.processDied, let signal = termination.signal else {
      let beating =
        death.beats.wereBeating ? ", its \(death.bystanders) bystanders beating to the end" : ""
      return "the process was not killed by a signal: \(termination.inWords)\(beating)\(control)"
    }
    let core = termination.coreDumped ? " (core dumped)" : ""
    let threads =
      death.threadsAtFault.map { count in
        ": \(count == 1 ? "its one thread" : "\(grouped(count)) threads, all") stopped"
      } ?? ""
    return "the whole process died of \(signal)\(core)\(threads)\(control)"
  }

  private static let filter =
    "a seccomp filter killed it, for a system call that was not seen"

  // MARK: - Facts

  private func facts(_ trial: TrialReport, _ machine: Machine) -> String {
    var rows: [(label: String, text: String)] = []
    for fault in trial.faults { rows += facts(fault) }
    for counter in trial.counters { rows.append((counter.name, grouped(counter.value))) }
    if let death = trial.death, death.bystanders > 0 {
      rows.append(
        (
          "beats of \(death.bystanders)",
          "\(sum(death.beats.before)) before, \(sum(death.beats.parked)) while parked, "
            + "\(sum(death.beats.after)) and \(sum(death.beats.afterAgain)) after the end"
        ))
    }
    // Nobody was there to watch the clock when a core dump was made.
    if !trial.timeline.isEmpty, detail != .screen {
      rows.append(
        (
          "microseconds",
          trial.timeline.map { "\($0.event.rawValue) \(grouped(rounded($0.at)))" }
            .joined(separator: ", ")
        ))
    }
    if trial.case == nil, let signature = trial.signature {
      rows.append(("signature", printable(signature)))
    }
    if trial.redacted == true {
      rows.append(
        ("redacted", "arguments, texts, numbers in registers and source lines are left out"))
    }
    if detail == .screen, trial.hasMore { rows.append(("more", "--verbose: \(more(trial))")) }
    if detail == .screen { return written(rows) }
    rows.append(
      ("machine", "\(machine.kernel), \(machine.libc), \(machine.swift) (\(machine.build))"))
    return written(rows)
  }

  private func written(_ rows: [(label: String, text: String)]) -> String {
    let label = rows.map(\.label.count).max() ?? 0
    return rows.map { row in
      hanging(row.label.padding(to: label) + "  ", row.text)
    }.joined()
  }

  private func facts(_ fault: FaultReport) -> [(label: String, text: String)] {
    var rows = [
      (
        "signal",
        "\(fault.signal) (\(printable(fault.code))) on thread \(fault.thread.id)"
          + (fault.thread.name.isEmpty ? "" : " '\(printable(fault.thread.name))'")
          + (fault.handled ? "" : ", no handler ran for it")
      ),
      (
        "registers",
        // A signal that was sent has no address.
        (fault.wasSent ? "" : "address \(fault.address), ")
          + "program counter \(fault.programCounter), stack pointer \(fault.stackPointer)"
      ),
    ]
    if detail != .usual, let instruction = fault.instruction {
      rows.append(("instruction", inWords(instruction, of: fault)))
    }
    if let guarding = fault.site.guard, let limit = fault.site.stackLimit {
      let kind =
        switch guarding.kind {
        case .none: "no guard"
        default:
          "guard [\(guarding.low), \(guarding.high)), \(guarding.kind.rawValue)"
            + (guarding.isPart == true ? ", or more below" : "")
        }
      rows.append(("stack", "limit \(limit), \(kind)"))
    }
    if let unwind = fault.unwind, detail != .screen {
      rows.append(
        (
          "unwind",
          "\(grouped(unwind.frameCount)) frames\(unwind.complete ? "" : ", incomplete"), by the "
            + "\(unwind.by.rawValue) in \(grouped(rounded(unwind.duration))) us, "
            + "\(grouped(unwind.steps)) of them stepped by libunwind"
        ))
    }
    return rows
  }

  private func sum(_ beats: [UInt64]) -> String {
    grouped(Int(clamping: beats.reduce(0, &+)))
  }

  // MARK: - Lines

  func wrapped(_ text: String, with paint: (String) -> String) -> String {
    text.isEmpty ? "" : lines(of: text, room: width).map { paint($0) + "\n" }.joined()
  }

  func hanging(_ label: String, _ text: String) -> String {
    let indent = String(repeating: " ", count: label.count)
    return lines(of: text, room: max(20, width - label.count)).enumerated().map { index, line in
      (index == 0 ? theme.faint(label) : indent) + line + "\n"
    }.joined()
  }
}

extension TrialReport {
  /// It was observed and has died of SIGSYS, but got no such signal: that is how a seccomp filter
  /// kills (kernel/seccomp.c, SECCOMP_RET_KILL_PROCESS).
  fileprivate var wasFiltered: Bool {
    `case` == nil && command != nil && faults.isEmpty && reason == nil
      && termination?.signal == .sys
  }
}
