import Testing

@testable import CrashLab

/// What a fault is made of, and what it explains.
@Suite struct FaultTests {
  private static func fault(
    access: Access?, source: EvidenceSource = .observer, code: CInt = 2, pc: UInt64 = 0x40_0010,
    address: UInt64 = 0x40_0010, permissions: Mapping.Permissions = [.read, .write]
  ) -> Fault {
    let evidence = Evidence(
      source: source, handled: false, process: 6, thread: 6, code: SignalCode(code, of: .segv),
      address: Address(address), sender: nil, access: access, programCounter: Address(pc),
      stackPointer: Address(0x1000), trace: nil, handlerStackUsed: nil, caughtAt: 0, sentAt: 0)
    let mapping = Mapping(
      low: Address(0x40_0000), high: Address(0x40_1000), permissions: permissions, path: "/x")
    return Fault.assemble(
      evidence, Photograph(mappings: [mapping], threads: [], stacks: []),
      in: .init(process: 6, laboratory: 1, nullLimit: Address(0x1_0000)))
  }

  /// Code that may not be executed can be read all the same: what stands there was not done.
  @Test func whatCannotBeFetchedWasNotExecuted() {
    #expect(Self.fault(access: .read).access == .execute)
    #expect(Self.fault(access: .read, permissions: [.read, .execute]).access == .read)
    #expect(Self.fault(access: .read, address: 0x40_0018).access == .read)
    #expect(Self.fault(access: .read, source: .handler).access == .read)
    #expect(Self.fault(access: nil).access == nil)
    #expect(Self.fault(access: .read, code: 128).access == .read)
  }

  /// A signal that comes from elsewhere meanwhile makes the fault a mere event.
  @Test func aFaultExplainsAnEndByItsOwnSignal() {
    let fault = Self.fault(access: .write)
    #expect(fault.explains(.killed(by: .segv)))
    #expect(fault.explains(.killed(by: .segv, coreDumped: true)))
    #expect(!fault.explains(.killed(by: .kill)))
    #expect(!fault.explains(.killed(by: .bus)))
    // A handler has ended it.
    #expect(fault.explains(.exited(1)))
  }
}
