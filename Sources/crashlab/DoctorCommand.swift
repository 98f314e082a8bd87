import ArgumentParser
import Catalogue
import CrashLab
import CrashLabText

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Tell what this machine can and can't do.",
    discussion: """
      What can be tried is tried, because a container forbids calls without saying so. Each finding \
      comes with what follows from it. Exit status 1 if the laboratory can't do its work here.
      """)

  @Option(help: "How to write it: text or json.") var format: TextOrJSON = .text

  func run() throws {
    let jobs = Machine.current(trying: false).cores
    let checkup = Doctor(of: .gather(needs: catalogue.needs(jobs: jobs)))
    let output = Output.standard
    try output.write(
      format == .json
        ? checkup.json() : checkup.text(theme: .suited(to: output), width: output.width))
    if !checkup.isSound { throw ExitCode(1) }
  }
}

extension CaseCollection {
  /// What a run of all takes, so many trials side by side. Rounded up; `RobustnessTests` holds that
  /// it is enough.
  fileprivate func needs(jobs: Int) -> ResourceNeeds {
    let bystanders = all.map(\.bystanders).max() ?? 0
    return ResourceNeeds(
      descriptors: 40 + 4 * jobs, threads: (bystanders + 16) * jobs, mappings: 20_100,
      memory: 256 << 20)
  }
}
