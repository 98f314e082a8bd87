import Foundation

@testable import CrashLab

/// One run of the whole catalogue for each build, made once and looked at by many tests.
enum WholeCatalogue {
  private static let runs: [Build: Result<RunReport, any Error>] = {
    var runs: [Build: Result<RunReport, any Error>] = [:]
    for build in Build.allCases {
      runs[build] = Result {
        let result = try Command(build: build).run(["all", "--no-save", "--format", "json"])
        return try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
      }
    }
    return runs
  }()

  static func report(_ build: Build) throws -> RunReport { try runs[build]!.get() }

  static func trial(_ name: String, _ build: Build) throws -> TrialReport? {
    try report(build).trials.first { $0.case == name }
  }
}

extension Command {
  init(build: Build) throws { try self.init("crashlab", build) }
}
