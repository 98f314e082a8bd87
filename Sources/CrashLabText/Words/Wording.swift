public import CrashLabModel

// How the values are said to a person: one place for the words, pure functions of the values.

/// `4 KiB`, `8 MiB`, `123 bytes`: exact where it is a whole number of units, else rounded.
package func bytesInWords(_ bytes: Int) -> String {
  let units = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
  for (unit, name) in units where bytes >= unit {
    if bytes % unit == 0 { return "\(grouped(bytes / unit)) \(name)" }
    let tenths = bytes / unit * 10 + (bytes % unit * 10 + unit / 2) / unit
    let whole = grouped(tenths / 10)
    return tenths % 10 == 0 ? "\(whole) \(name)" : "\(whole).\(tenths % 10) \(name)"
  }
  return bytes == 1 ? "1 byte" : "\(bytes) bytes"
}

/// The nearest whole number. Reports may come from anywhere: none of them makes this trap.
package func rounded(_ value: Double) -> Int {
  if value.isNaN { return 0 }
  return Int(exactly: value.rounded()) ?? (value < 0 ? Int.min : Int.max)
}

/// `1,234,567`
package func grouped(_ number: Int) -> String {
  var digits = String(number.magnitude)
  var parts: [Substring] = []
  while digits.count > 3 {
    parts.insert(digits.suffix(3), at: 0)
    digits.removeLast(3)
  }
  return (number < 0 ? "-" : "") + ([Substring(digits)] + parts).joined(separator: ",")
}

/// `1 thread`, `1,200 threads`: of a noun that takes an s.
package func counted(_ count: Int, _ noun: String) -> String {
  "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}

extension ClosedRange<Int> {
  package var inWords: String {
    if lowerBound == upperBound { return "\(lowerBound)" }
    return upperBound == Int.max
      ? "\(lowerBound) or more" : "\(lowerBound) to \(upperBound)"
  }
}

extension FaultSite.Owner {
  package var inWords: String {
    switch kind {
    case .main: "the main thread"
    // A core dump has the names of no threads but the main one.
    case .thread where name.isEmpty: "a thread"
    case .thread: "thread '\(printable(name))'"
    case .coroutine: name.isEmpty ? "a coroutine" : "coroutine '\(printable(name))'"
    case .alternateStack:
      name.isEmpty ? "an alternate stack" : "the alternate stack of '\(printable(name))'"
    }
  }
}

extension FaultSite {
  /// `8 bytes below the stack limit, in the 4 KiB guard of thread 'overflower'`
  public var inWords: String {
    let stray = strayBy.map { "; no overflow: the stack pointer is \(bytesInWords($0)) away" }
    return place + (stray ?? "")
  }

  private var place: String {
    let owner = owner?.inWords ?? "an unknown stack"
    let overshoot = overshoot.map { "\(bytesInWords($0)) below the stack limit" } ?? "at the guard"
    switch kind {
    case .guard:
      let hidden = self.guard?.kind == .madvise ? " (MADV_GUARD_INSTALL, not in maps)" : ""
      let guarding = self.guard?.isPart == true ? "" : "\(bytesInWords(self.guard?.size ?? 0)) "
      return "\(overshoot), in the \(guarding)guard of \(owner)\(hidden)"
    case .pastGuard where stackLimit == nil:
      return "below the memory that the stack of \(owner) lies in; where it ends is not known"
    case .pastGuard:
      if self.guard?.kind == Guard.Kind.none {
        return "\(overshoot) of \(owner), which has no guard"
      }
      return "\(overshoot) of \(owner): past its \(bytesInWords(self.guard?.size ?? 0)) guard by "
        + bytesInWords(skipped ?? 0)
    case .mainStackLimit:
      guard stackLimit != nil else {
        return "where the main thread's stack could not grow\(obstacle)"
      }
      if let overshoot = self.overshoot, overshoot <= 0 {
        return "\(bytesInWords(0 &- overshoot)) above the stack limit of the main thread, "
          + "where it could not grow\(obstacle)"
      }
      return "\(overshoot) of the main thread (\(bytesInWords(stackSize ?? 0)))"
    case .otherStack: return "inside the stack of \(owner), which is not the one in use"
    case .ownStack:
      let hole = mapping == nil ? ", where nothing is mapped" : ""
      return "inside the stack in use, of \(owner)\(hole)"
    case .mapping: return "in \(printable(mapping ?? "a mapping")), which does not permit it"
    case .unmapped: return "where nothing is mapped"
    case .nullPage: return "in the null page"
    case .nonCanonical: return "at a non-canonical address"
    case .refused: return "refused, not for its address"
    case .notAFault: return "not a fault"
    }
  }
}

extension FaultSite {
  /// What the main stack would have grown too near to; "" if that was not it.
  fileprivate var obstacle: String {
    mapping.map { ": \(printable($0)) is too near" } ?? ""
  }
}

extension FaultReport {
  /// `SIGSEGV (SEGV_ACCERR): write 8 bytes below the stack limit, …`
  public var inWords: String {
    process.relation == .descendant ? "in its child process \(process.id), \(what)" : what
  }

  private var what: String {
    if let abortMessage { return "\(signal): \(printable(abortMessage.inWords))" }
    if let sender {
      return "\(signal) (\(printable(code))), sent by \(sender.inWords(of: signal, code))"
    }
    if wasSent { return "\(signal) (\(printable(code))), \(sourceInWords)" }
    if site.kind == .notAFault { return "\(signal) (\(printable(code)))\(trapInWords)" }
    let why = cause.map { ": \($0.inWords)" } ?? ""
    if let refused = refusalInWords { return "\(signal) (\(printable(code))): \(refused)\(why)" }
    let access = access.map { "\($0.rawValue) " } ?? ""
    return "\(signal) (\(printable(code))): \(access)\(place)\(why)"
  }
}

extension FaultReport {
  /// It did not come from an instruction.
  package var wasSent: Bool {
    sender != nil || SignalCode(named: code, of: signal)?.isSent == true
  }

  /// What has sent it, where no process is told.
  private var sourceInWords: String {
    switch code {
    case "SI_TIMER": "sent by a timer (timer_create(2))"
    case "SI_ASYNCIO": "sent at the end of an asynchronous access (aio(7))"
    case "SI_SIGIO": "sent for a descriptor (F_SETSIG of fcntl(2))"
    default: "sent; by whom it does not tell"
    }
  }
}

extension Fault.Sender {
  /// `itself (process 12)`, `'watchdog' (process 12)`, or `process 12`
  fileprivate func inWords(of signal: Signal, _ code: String) -> String {
    if relation == .other, name == nil { return "process \(process)" }
    // send_sig of the kernel looks like kill(2) of the process itself.
    if relation == .itself, code == "SI_USER", [.xfsz, .pipe].contains(signal) {
      return "the kernel for what it did, or by itself (process \(process))"
    }
    let who = relation == .other ? name.map { "'\($0)'" } : nil
    return "\(printable(who ?? relation.rawValue)) (process \(process))"
  }
}

extension FaultReport {
  /// What makes the kernel say BUS_ADRERR for such a mapping: it does not tell which it was.
  private var reasonsForNoPage: String {
    let mapping = site.mapping ?? ""
    if mapping.hasPrefix("anonymous") || mapping.hasPrefix("[") {
      return "the memory is broken, or somebody else was to fill it (userfaultfd(2))"
    }
    if mapping.hasPrefix("/anon_hugepage") { return "no huge page was free" }
    return "the file ends before it, has no space left, or could not be read"
  }

  /// The site, with the address where that tells more.
  private var place: String {
    switch site.kind {
    case .nullPage: return "\(site.inWords) at \(address)"
    case .unmapped: return "at \(address), \(site.inWords)"
    case .mapping where signal == .segv && code == "SEGV_MAPERR":
      // The kernel looks at the mapping first, and finds it to permit the access.
      return "at \(address) in \(printable(site.mapping ?? "a mapping")), where the kernel found "
        + "nothing: guarded by MADV_GUARD_INSTALL, or mapped only since"
    case .mapping where signal == .bus && code == "BUS_ADRERR":
      // mmap(2): the mapping is longer than what it is of.
      return "at \(address) in \(printable(site.mapping ?? "a mapping")), where the kernel had no "
        + "page to give: \(reasonsForNoPage)"
    default: return site.inWords
    }
  }
}

extension FaultReport {
  /// `stack overflow in thread 'x' (8 MiB stack, 4 KiB guard): write 8 bytes below the stack limit`
  public var headline: String {
    guard !wasSent, site.isOverflow, let owner = site.owner else { return inWords }
    if site.stackLimit == nil, signalFrame == nil {
      let access = access.map { "\($0.rawValue) " } ?? ""
      if site.kind == .mainStackLimit {
        return "stack overflow in \(owner.inWords) (no limit): \(access)where it could not grow"
          + site.obstacle
      }
      return "stack overflow in \(owner.inWords) (by its shape, its size is not known): \(access)"
        + "below the memory that the stack lies in"
    }
    let stack =
      site.stackSize.map { "\(bytesInWords($0)) stack, " }
      ?? site.stackSizeAtMost.map { "stack of at most \(bytesInWords($0)), " } ?? ""
    let guarding = site.guard.map(\.inWords) ?? "no guard"
    let access = access.map { "\($0.rawValue) " } ?? ""
    let place =
      switch site.overshoot {
      case let bytes? where bytes > 0: "\(bytesInWords(bytes)) below the stack limit"
      case let bytes?:
        "\(bytesInWords(0 &- bytes)) above the stack limit, where it could not grow"
          + site.obstacle
      case nil: "at the guard"
      }
    let skipped =
      switch site.skipped {
      case let bytes? where bytes > 0 && site.guard?.kind != Guard.Kind.none:
        ", past the guard by \(bytesInWords(bytes))"
      default: ""
      }
    let what = signalFrame?.inWords ?? "\(access)\(place)\(skipped)"
    return "stack overflow in \(owner.inWords) (\(stack)\(guarding)): \(what)"
  }
}

extension Guard {
  /// `4 KiB guard`
  package var inWords: String {
    switch kind {
    case .mapping: sizeInWords
    case .madvise: "\(sizeInWords) by MADV_GUARD_INSTALL"
    case .kernelGap: "\(bytesInWords(size)) gap kept by the kernel"
    case .none: "no guard"
    }
  }

  private var sizeInWords: String {
    isPart == true ? "guard of at least \(bytesInWords(size))" : "\(bytesInWords(size)) guard"
  }
}

extension Termination {
  public var inWords: String {
    switch kind {
    case .signal: "killed by \(signal?.description ?? "a signal")" + (coreDumped ? " (core)" : "")
    case .exit: "exited with \(exitStatus ?? -1)"
    case .deadline: "ended by the laboratory at its deadline"
    }
  }
}

extension DeathEvidence {
  /// What became of the sibling; nil for a program that had none.
  package var controlProcess: String? {
    controlProcessAlive.map { "the control process \($0 ? "lives" : "is dead")" }
  }
}

extension Expectation.Ending {
  package var inWords: String {
    switch self {
    case .killed(let signal): "killed by \(signal)"
    case .survives: "exited with 0, after the body's end"
    case .exits(let status): "exited with \(status)"
    case .deadline: "ended by the laboratory at its deadline"
    }
  }
}

extension Corruption {
  public var inWords: String {
    let place = belowStackLimit.map { ", \(bytesInWords($0)) below the stack limit" } ?? ""
    return "\(counted(bytesChanged, "byte")) of the \(printable(what)) of '\(printable(owner))' "
      + "changed\(place)"
  }
}

/// Neighbours that are equal are said once, with their number: `4 × SIGSEGV …`.
private func runs(of phrases: [String]) -> [String] {
  var runs: [(phrase: String, count: Int)] = []
  for phrase in phrases {
    if runs.last?.phrase == phrase {
      runs[runs.count - 1].count += 1
    } else {
      runs.append((phrase, 1))
    }
  }
  return runs.map { $0.count > 1 ? "\($0.count) × \($0.phrase)" : $0.phrase }
}

extension Expectation {
  /// What must be seen, in a phrase.
  public var inWords: String {
    let faults = runs(
      of: faults.map {
        ($0.process == .descendant ? "its child's " : "") + "\($0.signal) \($0.site.inWords)"
      })
    let corruption = corruption.map { "\($0.what) of '\($0.owner)' overwritten without a fault" }
    let end =
      switch ending {
      case .killed(let signal): "dies of \(signal)"
      case .survives: "survives"
      case .exits(let status): "exits with \(status)"
      case .deadline: "is ended at its deadline"
      }
    return (faults + corruption + [end]).joined(separator: "; ")
  }
}

extension FaultExpectation.Site {
  package var inWords: String {
    let place =
      switch kind {
      case .guard: "in the guard of"
      case .pastGuard: "past the guard of"
      case .mainStackLimit: "below the limit of"
      case .otherStack: "in another stack, of"
      case .ownStack: "inside the stack of"
      case .mapping: "in \(mapping ?? "a mapping")"
      case .unmapped: "where nothing is mapped"
      case .nullPage: "in the null page"
      case .nonCanonical: "at a non-canonical address"
      case .refused: "that is refused, not for its address"
      case .notAFault: "that is no memory fault"
      case nil: "anywhere"
      }
    return owner.map { "\(place) \($0.inWords)" } ?? place
  }
}

/// Breaks prose at spaces so that no line is longer than the width, unless one word is.
package func wrapped(_ prose: String, to width: Int) -> String {
  lines(of: prose, room: width).joined(separator: "\n")
}
