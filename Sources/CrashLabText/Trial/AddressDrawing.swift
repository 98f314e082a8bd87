package import CrashLabModel

/// A drawing of the addresses around a fault, highest first: stacks grow down the page. Pure.
package struct AddressDrawing: Sendable, Equatable {
  /// One address and what is there.
  package struct Mark: Sendable, Equatable {
    package var address: Address
    package var label: String
    /// This is where it happened.
    package var isFault: Bool

    package init(_ address: Address, _ label: String, isFault: Bool = false) {
      self.address = address
      self.label = label
      self.isFault = isFault
    }
  }

  /// In descending order of address.
  package var marks: [Mark]

  package init(_ marks: [Mark]) {
    self.marks = marks.sorted { $0.address > $1.address }
  }

  /// What is known around a fault; nil where there is no stack to draw.
  package init?(_ fault: FaultReport) {
    guard let limit = fault.site.stackLimit, let size = fault.site.stackExtent,
      let owner = fault.site.owner
    else { return nil }
    var marks = [
      Mark(
        Address(limit.value &+ UInt64(clamping: size)),
        "\(fault.site.stackSize == nil ? "end of the memory" : "top") of the stack of "
          + owner.inWords),
      Mark(limit, "stack limit"),
      Mark(fault.stackPointer, "stack pointer"),
      Mark(
        fault.address,
        (fault.access.map { "the \($0.rawValue)" } ?? "the access") + " that faulted",
        isFault: true),
    ]
    if let guarding = fault.site.guard, guarding.size > 0 {
      let end = guarding.isPart == true ? "lowest byte known" : "low end"
      marks.append(Mark(guarding.low, "\(end) of the guard (\(guarding.kind.rawValue))"))
    }
    self.init(marks)
  }

  /// What is known around memory that was overwritten; nil where no stack's limit is known.
  package init?(_ corruption: Corruption) {
    guard let below = corruption.belowStackLimit else { return nil }
    self.init([
      Mark(Address(corruption.firstAddress.value &+ UInt64(clamping: below)), "stack limit"),
      Mark(
        corruption.firstAddress,
        "the lowest byte that changed, in the \(printable(corruption.what)) of "
          + printable(corruption.owner), isFault: true),
    ])
  }

  /// A line for each address, and between two of them the distance.
  package func text(theme: Theme = .plain) -> String {
    var text = ""
    for (index, mark) in marks.enumerated() {
      if index > 0 {
        let gap = Int(clamping: marks[index - 1].address.value - mark.address.value)
        if gap > 0 { text += "                      │ \(theme.faint(bytesInWords(gap)))\n" }
      }
      let arrow = mark.isFault ? theme.bad("◀ \(mark.label)") : mark.label
      text += "  \(mark.address.description.padding(to: 20))├ \(arrow)\n"
    }
    return text
  }
}
