import ArgumentParser
import Catalogue
import CrashLab
import Glibc

/// Not for people: a trial's child that was executed again goes on here.
struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with a trial.", shouldDisplay: false)

  @Argument var name: String

  func run() throws {
    guard let resumed = catalogue[name] else { throw ExitCode(EX_USAGE) }
    do {
      try Laboratory.resume(resumed)
    } catch {
      complain("this process is not a trial's child: \(error)")
      throw ExitCode(EX_USAGE)
    }
  }
}
