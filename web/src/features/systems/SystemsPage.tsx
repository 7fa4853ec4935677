export default function SystemsPage() { return null; }
