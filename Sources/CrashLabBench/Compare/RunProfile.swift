internal import CrashLab
package import CrashLabModel
internal import Glibc

/// A run, with every case in figures.
package struct RunProfile: Sendable {
  package struct Empty: Error, CustomStringConvertible {
    package var path: String
    package var description: String { "\(printable(path)) holds no trial that can be read" }
  }

  /// A run's file is larger than this only if somebody made it so.
  private static let largestRun = 256 << 20
  private static let mostCases = 10_000

  package var name: String
  package var machine: Machine
  private(set) var cases: [String: CaseProfile] = [:]

  init(name: String, machine: Machine, trials: some Sequence<TrialReport> = []) {
    self.name = name
    self.machine = machine
    for trial in trials { add(trial) }
  }

  mutating func add(_ trial: TrialReport) {
    let name = trial.case ?? trial.command?.joined(separator: " ") ?? "command"
    guard cases[name] != nil || cases.count < RunProfile.mostCases else { return }
    cases[name, default: CaseProfile()].add(trial)
  }

  /// Reads a run: its folder, or what `--format json` has printed.
  ///
  /// - `problems`: told of each file of a folder that can't be read.
  package static func read(_ path: String, problems: (String) -> Void) throws -> RunProfile {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var status = stat()
    guard stat(path, &status) == 0 else { throw SystemError("open", path) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      let report = try JSON.value(
        RunReport.self, from: readRegularFile(path, atMost: largestRun))
      if report.trials.isEmpty { throw Empty(path: path) }
      return RunProfile(name: name, machine: report.machine, trials: report.trials)
    }
    var profile: RunProfile?
    let broken = RunFolder.forEachTrial(in: path) { file in
      if profile == nil { profile = RunProfile(name: name, machine: file.machine) }
      profile?.add(file.trial)
    }
    for problem in broken { problems(problem) }
    guard let profile else { throw Empty(path: path) }
    return profile
  }
}
