/** A destination for a logger, and the lines it received so far, parsed. */
export function captureLines() {
  const texts: string[] = [];
  return {
    destination: { write: (text: string) => void texts.push(text) },
    lines: () => texts.map((text) => JSON.parse(text) as Record<string, unknown>),
  };
}
