internal import CrashLab
internal import CrashLabModel
internal import CrashLabText

/// What all attempts of a case had in common, in figures: enough to tell two runs apart.
struct CaseProfile: Sendable, Equatable {
  /// How often each was seen. Runs may come from anywhere, so each holds no more than so many.
  struct Counts: Sendable, Equatable {
    private static let mostKinds = 64
    private(set) var counts: [String: Int] = [:]

    mutating func add(_ value: String) {
      if counts[value] != nil || counts.count < Counts.mostKinds {
        counts[value, default: 0] += 1
      }
    }

    /// `8 bytes × 3, 16 bytes`; "none" if there are none. The numbers are said where they differ
    /// from the attempts'.
    func inWords(of attempts: Int) -> String {
      if counts.isEmpty { return "none" }
      return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { $0.value == attempts ? $0.key : "\($0.key) × \(grouped($0.value))" }
        .joined(separator: ", ")
    }
  }

  private static let mostSamples = 10_000

  var attempts = 0
  var verdicts = Counts()
  var signals = Counts()
  var sites = Counts()
  var corruption = Counts()
  var endings = Counts()
  var overshoots = Counts()
  var frames = Counts()
  /// Microseconds from the fork to the end.
  private(set) var durations: [Double] = []

  mutating func add(_ trial: TrialReport) {
    attempts += 1
    verdicts.add(trial.verdict?.rawValue ?? "not judged")
    for fault in trial.faults.prefix(32) {
      signals.add("\(fault.signal) (\(fault.code))")
      sites.add(fault.site.signature)
      if let overshoot = fault.site.overshoot { overshoots.add(bytesInWords(overshoot)) }
      if let unwind = fault.unwind { frames.add(grouped(unwind.frameCount)) }
    }
    for corruption in trial.corruption.prefix(32) {
      self.corruption.add("\(corruption.what) of \(corruption.owner)")
    }
    endings.add(trial.termination?.inWords ?? "not seen")
    if let duration = trial.timeline.last?.at, duration.isFinite,
      durations.count < CaseProfile.mostSamples
    {
      durations.append(duration)
    }
  }

  /// A trial is disturbed by more than a benchmark's sample.
  static let leastChangeOfCost = 0.1

  var cost: Spread { Spread(durations) }
}

extension FaultSite {
  /// The site without what differs from run to run: `guard of thread 'x', 4 KiB mapping`.
  var signature: String {
    var text = kind.rawValue
    if let owner { text += " of \(owner.inWords)" }
    if let `guard`, `guard`.kind != .none {
      text += ", guard \(bytesInWords(`guard`.size)) \(`guard`.kind.rawValue)"
    }
    if let mapping { text += ", in \(printable(String(mapping.split(separator: "/").last ?? "")))" }
    return text
  }
}
