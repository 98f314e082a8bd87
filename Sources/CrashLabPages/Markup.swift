internal import CrashLab
internal import CrashLabText
internal import Mustache

/// At most so many characters: nobody's text may fill a page.
func shortened(_ text: String, to most: Int = 400) -> String {
  let head = text.prefix(most)
  return head.endIndex == text.endIndex ? text : head + "…"
}

/// How templates escape what they show.
private struct PageContent: MustacheContentType {
  func escapeText(_ text: String) -> String { markup(text) }
}

extension MustacheTemplate {
  /// A template of this module. A text that does not parse is an error of ours, not of a report's.
  static func page(_ text: String) -> MustacheTemplate {
    MustacheContentTypes.register(PageContent(), named: "CRASHLAB")
    do {
      return try MustacheTemplate(string: "{{% CONTENT_TYPE:CRASHLAB}}" + text)
    } catch {
      fatalError("a page template does not parse: \(error)")
    }
  }
}

/// What a template reads.
typealias Values = [String: Any]
