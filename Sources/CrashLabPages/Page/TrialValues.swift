internal import CrashLab
internal import CrashLabText

/// One trial as the template reads it.
struct TrialValues {
  var trial: TrialReport
  var id: String
  var machine: Machine
  var isRepeated: Bool

  private static let mostFaults = 20
  private static let mostFrames = 200

  var values: Values {
    let verdict = VerdictWords.of(trial.verdict)
    let timeline = Timeline(trial.timeline)
    var values: Values = [
      "id": id, "verdict": verdict.values, "summary": shortened(trial.summary, to: 2000),
      "mismatches": trial.mismatches.prefix(50).map {
        [
          "what": shortened($0.what), "expected": shortened($0.expected),
          "seen": shortened($0.seen),
        ] as Values
      },
      "hasMismatches": !trial.mismatches.isEmpty,
      "faults": trial.faults.prefix(TrialValues.mostFaults).enumerated().map(fault),
      "corruption": trial.corruption.prefix(TrialValues.mostFaults).map(corruption),
      "counters": trial.counters.prefix(50).map {
        ["name": shortened($0.name, to: 60), "value": grouped($0.value)] as Values
      },
      "hasCounters": !trial.counters.isEmpty,
      "threads": threads, "hasThreads": trial.threads?.isEmpty == false,
      "death": death, "command": shortened(trial.commandToSeeAgain() ?? "", to: 2000),
    ]
    if trial.case == nil, let signature = trial.signature {
      values["signature"] = shortened(signature, to: 100)
    }
    if isRepeated { values["attempt"] = trial.attempt }
    if let reason = trial.reason { values["reason"] = shortened(reason) }
    if !timeline.drawing.isEmpty {
      values["timeline"] =
        ["drawing": timeline.drawing, "moments": moments(timeline)] as Values
    }
    return values
  }

  private func moments(_ timeline: Timeline) -> [Values] {
    var before = 0.0
    return timeline.moments.map { moment in
      defer { before = moment.at }
      return [
        "name": moment.name, "at": microseconds(moment.at),
        "after": microseconds(moment.at - before),
      ]
    }
  }

  // MARK: - Where it fell

  private func fault(_ index: Int, _ fault: FaultReport) -> Values {
    let words = shortened(fault.inWords, to: 1000)
    let strips = AddressStrip.strips(for: fault, machine: machine)
    var values: Values = [
      "number": index + 1, "isOne": trial.faults.count == 1 && !strips.isEmpty,
      "words": words,
      "thread": "\(fault.thread.id) '\(shortened(fault.thread.name, to: 60))'",
      "handled": fault.handled, "addresses": addresses(fault),
      "hasLimit": fault.site.stackLimit != nil,
    ]
    if !strips.isEmpty {
      values["strips"] = ["drawing": AddressStrip.drawing(of: strips, words)] as Values
    }
    let culprit = CulpritText(theme: .plain, width: 90).text(of: fault)
    if !culprit.isEmpty {
      let lines = culprit.split(separator: "\n").prefix(20)
      values["culprit"] = ["lines": lines.map { shortened(String($0)) }] as Values
    }
    if let unwind = fault.unwind { values["unwind"] = self.unwind(unwind) }
    if let source = fault.source { values["source"] = lines(text.excerpt(source)) }
    if let python = fault.unwind?.python, !python.isEmpty {
      values["python"] = lines(text.python(python))
    }
    let registers = self.registers(fault)
    if !registers.isEmpty { values["registers"] = ["rows": registers] as Values }
    return values
  }

  private var text: TrialText { TrialText(theme: .plain, width: 100) }

  /// What a terminal shows, for a `pre`.
  private func lines(_ text: String) -> Values {
    ["lines": text.split(separator: "\n").prefix(60).map { shortened(String($0)) }]
  }

  private func corruption(_ corruption: Corruption) -> Values {
    let words = shortened(corruption.inWords, to: 1000)
    var values: Values = ["words": words + "; no fault was raised"]
    let strips = AddressStrip.strips(for: corruption)
    if !strips.isEmpty {
      values["strips"] = ["drawing": AddressStrip.drawing(of: strips, words)] as Values
    }
    return values
  }

  /// The figures beside the drawing: every address, and how far it is from the stack limit.
  private func addresses(_ fault: FaultReport) -> [Values] {
    var rows: [(String, Address)] = [("stack pointer", fault.stackPointer)]
    if fault.site.kind != .notAFault { rows.append(("fault", fault.address)) }
    if let limit = fault.site.stackLimit {
      rows.append(("stack limit", limit))
      if let size = fault.site.stackExtent {
        let top = fault.site.stackSize == nil ? "end of the stack's memory" : "top of the stack"
        rows.append((top, limit.raised(by: UInt64(clamping: size))))
      }
    }
    if let guarding = fault.site.guard, guarding.low < guarding.high {
      let end = guarding.isPart == true ? "lowest byte known" : "low end"
      rows.append(("\(end) of the guard", guarding.low))
    }
    return rows.sorted { $0.1 > $1.1 }.map { name, address in
      var values: Values = [
        "name": name, "address": address.description, "isFault": name == "fault",
      ]
      if let limit = fault.site.stackLimit {
        values["distance"] = TrialValues.distance(from: limit, to: address)
      }
      return values
    } + [["name": "program counter", "address": fault.programCounter.description] as Values]
  }

  private static func distance(from limit: Address, to address: Address) -> String {
    if address == limit { return "0" }
    let far = Int(clamping: max(address, limit).value - min(address, limit).value)
    let words = bytesInWords(far)
    let exact = words.hasSuffix("bytes") ? words : "\(grouped(far)) bytes (\(words))"
    return exact + (address < limit ? " below" : " above")
  }

  // MARK: - How it came there

  private static let mostThreads = 50

  /// The other threads, each chain of calls once.
  private var threads: [Values] {
    EqualThreads.all(in: trial.threads ?? []).prefix(TrialValues.mostThreads).map { group in
      let names = group.names.filter { !$0.isEmpty }.prefix(8)
      var values: Values = [
        "count": grouped(group.count), "isOne": group.count == 1,
        "names": shortened(names.map { "'\($0)'" }.joined(separator: ", "), to: 200),
      ]
      if let unwind = group.first.unwind { values["unwind"] = self.unwind(unwind) }
      return values
    }
  }

  /// What registers point to.
  private func registers(_ fault: FaultReport) -> [Values] {
    let registers = fault.generalRegisters ?? []
    let stack = registers.first { ["rsp", "sp"].contains($0.name) }?.pointsTo?.owner
    return registers.prefix(40).map { register in
      [
        "name": shortened(register.name, to: 8), "value": register.value.description,
        "place": shortened(
          register.pointsTo?.inWords(stackPointerIsIn: stack) ?? "", to: 200),
      ]
    }
  }

  private func unwind(_ unwind: UnwindReport) -> Values {
    let ending = unwind.complete ? "to the outermost" : "and more, not counted"
    let left = unwind.frames.count - TrialValues.mostFrames
    var values: Values = [
      "words": "\(grouped(unwind.frameCount)) frames \(ending), unwound by the "
        + "\(unwind.by.rawValue) in \(microseconds(unwind.duration)) with "
        + "\(grouped(unwind.steps)) steps",
      "isShort": unwind.frames.count <= 24,
      "frames": unwind.frames.prefix(TrialValues.mostFrames).map(frame),
    ]
    if left > 0 { values["left"] = grouped(left) }
    return values
  }

  private func frame(_ frame: UnwindReport.Frame) -> Values {
    var values: Values = [
      "index": grouped(frame.index), "programCounter": frame.programCounter.description,
    ]
    if frame.count > 1 { values["times"] = grouped(frame.count) }
    if let symbol = frame.symbol {
      values["symbol"] = shortened(symbol, to: 200)
    } else if let image = frame.image {
      values["symbol"] = shortened(lastParts(of: image, 1), to: 80)
    }
    if let offset = frame.offset { values["offset"] = grouped(offset) }
    if let file = frame.file, let line = frame.line {
      values["source"] = "\(shortened(lastParts(of: file, 2), to: 120)):\(line)"
    }
    values["inlined"] = (frame.inlined ?? []).prefix(8).map { inlined in
      let source = inlined.file.map { " \(lastParts(of: $0, 2)):\(inlined.line ?? 0)" } ?? ""
      return ["name": shortened(inlined.symbol + source, to: 200)] as Values
    }
    if let size = frame.frameSize { values["size"] = grouped(size) }
    return values
  }

  private func lastParts(of path: String, _ count: Int) -> String {
    path.split(separator: "/").suffix(count).joined(separator: "/")
  }

  // MARK: - Who died

  private var death: [String] {
    var lines = [trial.termination?.inWords ?? "its end was not seen"]
    guard let death = trial.death else { return lines }
    lines.append(
      death.processDied
        ? "the process died as a whole" : "the process was not killed as a whole")
    if let before = death.threadsAtFault, let after = death.threadsAfter {
      lines.append("\(before) threads before, \(after) after")
    }
    if death.bystanders > 0 {
      let stopped = death.bystandersStopped == true ? "stopped beating" : "beat on"
      lines.append("its \(death.bystanders) bystanders \(stopped)")
    }
    if let control = death.controlProcess { lines.append(control) }
    return lines
  }
}
