import Glibc
import Testing

@testable import CrashLab
@testable import CrashLabText

@Suite struct DoctorTests {
  private func standing(
    _ id: String, _ change: (inout MachineFacts) -> Void
  ) -> Finding.Standing? {
    var facts = MachineFacts(machine: .this)
    facts.machine.librarySymbols = true
    facts.alternateStackSize = 65536
    facts.unwinder = "1.6.2"
    facts.clockSource = "tsc"
    facts.processorFlags = ["pcid"]
    change(&facts)
    return Doctor(of: facts).findings.first { $0.id == id }?.standing
  }

  @Test func aMachineThatCanAllIsGood() {
    for id in [
      "pidfd", "guard-mapping", "guard-installed", "guard-pagemap", "trace", "unwinder",
      "library-symbols", "tracer", "calls", "signals", "standard", "preload", "limits",
      "descriptors", "mappings", "memory",
    ] {
      #expect(standing(id) { _ in } == .good, "\(id)")
    }
  }

  @Test func whatFailsSaysHowBadThatIs() {
    #expect(standing("pidfd") { $0.pidfdError = 38 } == .broken)
    #expect(standing("guard-mapping") { $0.mappingGuardError = 14 } == .broken)
    #expect(standing("guard-installed") { $0.installedGuardError = 22 } == .missing)
    #expect(standing("guard-pagemap") { $0.pagemapGuardError = 2 } == .limited)
    #expect(standing("trace") { $0.traceError = 1 } == .missing)
    #expect(standing("remote-read") { $0.remoteReadError = 1 } == .limited)
    #expect(standing("kernel") { $0.machine.kernel = "Linux 4.19.0" } == .broken)
    #expect(standing("main-stack") { $0.machine.stackLimit = nil } == .limited)
    #expect(standing("alternate-stack") { $0.alternateStackSize = 16 } == .broken)
    #expect(standing("unwinder") { $0.unwinder = "1.3.1" } == .limited)
    #expect(standing("seccomp") { $0.seccomp = 2 } == .limited)
    #expect(standing("clock") { $0.clockSource = "hpet" } == .limited)
    #expect(standing("limits") { $0.needs.threads = 100 } == .broken)
    #expect(standing("descriptors") { $0.needs.descriptors = 100 } == .broken)
    #expect(standing("mappings") { $0.needs.mappings = 100 } == .limited)
    #expect(standing("memory") { $0.needs.memory = 100 } == .broken)
    #expect(standing("main-stack") { $0.machine.stackLimit = 128 << 10 } == .limited)
    #expect(standing("library-symbols") { $0.machine.librarySymbols = false } == .limited)
    #expect(standing("library-symbols") { $0.machine.librarySymbols = nil } == .limited)
    #expect(standing("tracer") { $0.tracer = .init(process: 7, name: "strace") } == .limited)
    #expect(standing("calls") { $0.refusedCalls = [.init(name: "futex", error: 1)] } == .broken)
    #expect(standing("signals") { $0.signalInformationError = EAGAIN } == .limited)
    #expect(standing("standard") { $0.closedDescriptors = [0] } == .limited)
    #expect(standing("preload") { $0.preloaded = ["libjemalloc.so.2"] } == .limited)
    #expect(standing("randomization") { $0.addressRandomization = 0 } == .limited)
  }

  private func finding(
    _ id: String, _ change: (inout MachineFacts) -> Void
  ) -> Finding? {
    var facts = MachineFacts(machine: .this)
    change(&facts)
    return Doctor(of: facts).findings.first { $0.id == id }
  }

  /// What is refused is named, and what helps is said.
  @Test(arguments: [
    (1, 0, false, "only children"), (2, 0, true, "CAP_SYS_PTRACE"), (2, 1, false, "use sudo"),
    (3, 1, true, "next boot"), (0, 1, false, "SYS_PTRACE"),
  ])
  func levelOfYamaSaysWhatWorks(scope: Int, error: CInt, root: Bool, words: String) {
    let found = finding("trace") {
      $0.ptraceScope = scope
      $0.traceError = error
      $0.userIsRoot = root
    }
    #expect(found?.consequence.contains(words) == true)
  }

  @Test func refusedCallIsNamed() {
    let found = finding("calls") {
      $0.refusedCalls = [.init(name: "setpgid", error: EPERM), .init(name: "futex", error: 0)]
    }
    #expect(found?.value.contains("setpgid (Operation not permitted)") == true)
    #expect(found?.value.contains("futex (kills the caller)") == true)
  }

  @Test func whatIsMissingSaysWhatToInstall() {
    #expect(
      finding("library-symbols") { $0.machine.librarySymbols = false }?
        .consequence.contains("libc6-dbg") == true)
    #expect(
      finding("descriptors") { $0.needs.descriptors = 9 }?.consequence.contains("ulimit -n") == true
    )
  }

  @Test func processorWithoutTagsSaysWhatItCosts() {
    #expect(
      standing("pcid") {
        $0.machine.architecture = "x86_64"
        $0.processorFlags = []
      } == .limited)
  }

  @Test func oneBrokenThingIsEnough() {
    var facts = MachineFacts(machine: .this)
    facts.alternateStackSize = 65536
    #expect(Doctor(of: facts).isSound)
    facts.mappingGuardError = 14
    let checkup = Doctor(of: facts)
    #expect(!checkup.isSound)
    #expect(checkup.text().contains("can't do its work"))
    #expect(checkup.text().contains("Bad address"))
  }

  @Test func everyFindingHasItsConsequence() {
    let findings = Doctor(of: .gather()).findings
    #expect(Set(findings.map(\.id)).count == findings.count)
    for finding in findings { #expect(!finding.consequence.isEmpty && !finding.value.isEmpty) }
  }

  @Test func thisMachineIsLookedAt() throws {
    let checkup = Doctor(of: .gather())
    #expect(checkup.isSound)
    #expect(
      try JSON.value(Doctor.self, from: Array(checkup.json().utf8)).findings == checkup.findings)
  }
}
