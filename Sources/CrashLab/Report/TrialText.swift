/// One report told whole, for a person.
public struct TrialText {
  private let theme: Theme

  public init(theme: Theme) { self.theme = theme }

  public func whole(_ trial: TrialReport, machine: Machine) -> String {
    var text = "\(theme.heading(trial.case ?? trial.command?.joined(separator: " ") ?? "trial"))"
    text += " \(trial.verdict?.rawValue ?? "")\n\(trial.summary)\n"
    if let reason = trial.reason { text += "  because: \(printable(reason))\n" }
    for fault in trial.faults { text += "\n" + self.fault(fault) }
    for corruption in trial.corruption { text += "\n\(corruption.inWords); no fault was raised\n" }
    for counter in trial.counters { text += "  \(counter.name): \(grouped(counter.value))\n" }
    if let death = trial.death { text += "\n" + self.death(death, trial.termination) }
    text += "\ntime line\n"
    for event in trial.timeline { text += "  \(padded(event.at)) us  \(event.event.rawValue)\n" }
    text += "\n\(machine.kernel), \(machine.libc), \(machine.swift) (\(machine.build)), "
    return text + "\(machine.cpu)\n"
  }

  func fault(_ fault: FaultReport) -> String {
    var text = "\(theme.bad(fault.inWords))\n"
    text += "  thread \(fault.thread.id) '\(printable(fault.thread.name))'"
    text += fault.handled ? "\n" : "; no handler ran for it\n"
    text += "  address \(fault.address)  pc \(fault.programCounter)  sp \(fault.stackPointer)\n"
    if let guarding = fault.site.guard, let limit = fault.site.stackLimit {
      text += "  stack limit \(limit)  guard [\(guarding.low), \(guarding.high)) "
      text += "\(guarding.kind.rawValue)\n"
    }
    guard let unwind = fault.unwind else { return text }
    let end = unwind.complete ? "" : ", incomplete"
    text += "  \(grouped(unwind.frameCount)) frames\(end), unwound by the \(unwind.by.rawValue) "
    text += "in \(Int(unwind.duration)) us with \(grouped(unwind.steps)) steps\n"
    for frame in unwind.frames { text += frameLine(frame) + "\n" }
    return text
  }

  private func frameLine(_ frame: FrameReport) -> String {
    let range =
      frame.count > 1
      ? "\(frame.index)..\(frame.index + frame.count * frame.period - 1)" : "\(frame.index)"
    var line = "  \(range.padding(to: 14))\(frame.programCounter)"
    if let symbol = frame.symbol { line += " \(theme.symbol(printable(symbol)))" }
    if let offset = frame.offset { line += " + \(offset)" }
    if let image = frame.image { line += " in \(printable(image))" }
    if let file = frame.file, let number = frame.line {
      line += theme.faint(
        " at \(printable(file)):\(number)" + (frame.column.map { ":\($0)" } ?? ""))
    }
    if frame.count > 1 { line += theme.warning("  × \(grouped(frame.count))") }
    return line
  }

  private func death(_ death: DeathEvidence, _ termination: Termination?) -> String {
    var text =
      death.processDied ? "the whole process died" : "the process was not killed as a whole"
    text += ": \(termination?.inWords ?? "its end was not seen")\n"
    if let before = death.threadsAtFault, let after = death.threadsAfter {
      text += "  threads: \(before) at the fault, \(after) after\n"
    }
    if death.bystanders > 0 {
      text += "  beats of \(death.bystanders) bystanders: \(sum(death.beats.before)) before, "
      text += "\(sum(death.beats.parked)) while parked, \(sum(death.beats.after)) and "
      text += "\(sum(death.beats.afterAgain)) after the end\n"
    }
    return text + "  the control process \(death.controlProcessAlive ? "lives" : "is dead")\n"
  }

  private func sum(_ beats: [UInt64]) -> UInt64 { beats.reduce(0, &+) }

  private func padded(_ time: Double) -> String {
    let text = "\(Int(time.rounded()))"
    return String(repeating: " ", count: max(0, 10 - text.count)) + text
  }
}

extension String {
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
