"""Evidence that a machine is what it says: Nitro Enclaves, SEV-SNP and vTPM, judged offline and as a whole."""
