import Testing

@testable import CrashLab
@testable import CrashLabText

@Suite struct DoctorTests {
  private func standing(
    _ id: String, _ change: (inout MachineFacts) -> Void
  ) -> Finding.Standing? {
    var facts = MachineFacts(machine: .current())
    facts.alternateStackSize = 65536
    facts.unwinder = "1.6.2"
    facts.clockSource = "tsc"
    facts.processorFlags = ["pcid"]
    change(&facts)
    return Doctor(of: facts).findings.first { $0.id == id }?.standing
  }

  @Test func aMachineThatCanAllIsGood() {
    for id in ["pidfd", "guard-mapping", "guard-installed", "guard-pagemap", "trace", "unwinder"] {
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
    #expect(standing("limits") { $0.processLimit = 10 } == .limited)
    #expect(standing("randomization") { $0.addressRandomization = 0 } == .limited)
  }

  @Test func processorWithoutTagsSaysWhatItCosts() {
    #expect(
      standing("pcid") {
        $0.machine.architecture = "x86_64"
        $0.processorFlags = []
      } == .limited)
  }

  @Test func oneBrokenThingIsEnough() {
    var facts = MachineFacts(machine: .current())
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
