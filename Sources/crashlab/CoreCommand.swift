import ArgumentParser
import CrashLab
import CrashLabText
import Glibc

struct CoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "core",
    abstract: "Tell from a core dump how a program crashed.",
    discussion: """
      The same report as crashlab exec gives, of a program that has crashed already. Code is not in \
      a dump: it is read from the files that were mapped, if they are still the same (their build \
      identifiers tell), and from PROGRAM in place of the program's own.

        crashlab core core.1234
        crashlab core core.1234 ./server

      Exit status: 0 if the report could be made; 65 if the file is no core dump of this machine, \
      is cut off before the memory begins, or is not of that program; 66 if a file can't be read.
      """)

  @Argument(help: "The core dump.", completion: .file()) var file: String
  @Argument(help: "The program that died, if its file was moved.", completion: .file())
  var program: String?
  @Option(help: "How to write the report: text or json.") var format: TextOrJSON = .text

  func run() throws {
    let machine = Machine.current()
    let account: CoreDumpReport.Account
    do {
      account = try CoreDumpReport(core: file, program: program).read(machine: machine)
    } catch let error as UnreadableFile {
      complain("\(error)")
      throw ExitCode(EX_DATAERR)
    } catch let error as SystemError {
      complain(error.withAdvice)
      throw ExitCode(EX_NOINPUT)
    }
    for note in account.notes { complain(note.inWords) }
    let report = TrialReport(account.result)
    try Output.standard.write(
      format == .json
        ? RunReport(machine: machine, trials: [report], duration: 0).json()
        : TrialText(theme: .suited(to: .standard), width: Output.standard.width)
          .whole(report, machine: machine))
  }
}
