/* Keeps what was left empty out of a filtered list's address. Without this file addresses are longer, nothing else. */
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  const kept = [...detail.formData].filter(([, value]) => value !== "");
  for (const name of new Set([...detail.formData.keys()])) detail.formData.delete(name);
  for (const [name, value] of kept) detail.formData.append(name, value);
});
